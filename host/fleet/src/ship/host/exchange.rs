//! One version of a plugin, from the bucket to its first call.

use super::super::buckets::Buckets;
use super::super::trust::Trust;
use super::Runner;
use super::known::Wanted;
use crate::serve::{Replaced, Served, Server};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A version that serves. The next one serves by the same subscriptions.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) revision: u64,
    pub(super) version: String,
    pub(super) served: Arc<Served>,
}

/// Why a version doesn't serve.
pub(super) struct Problem {
    pub(super) text: String,
    /// Whether the version itself is wrong, and not the way to it.
    pub(super) is_bad: bool,
}

/// What it takes to start a version.
#[derive(Clone)]
pub(super) struct Workshop {
    pub(super) server: Server,
    pub(super) runner: Arc<dyn Runner>,
    pub(super) trust: Trust,
    pub(super) buckets: Buckets,
}

impl Workshop {
    /// Checks, fetches and starts a version, and has it serve in place of the one before, whose calls may finish. It blocks.
    pub(super) fn make(
        &self,
        wanted: &Wanted,
        old: Option<Arc<Served>>,
    ) -> Result<(Version, Option<Replaced>), Problem> {
        let bad = |text: String| Problem { text, is_bad: true };
        let aside = |text: String| Problem { text, is_bad: false };
        let Wanted { revision, signed, release } = wanted;
        self.trust.check(signed).map_err(bad)?;
        let module = self.server.fleet.block_on(self.buckets.module(&release.module)).map_err(aside)?;
        let start = || self.runner.start(release, &module);
        // The runner is the application's, and other plugins run here.
        let backend = catch_unwind(AssertUnwindSafe(start)).map_err(|_| bad("the start panicked".to_owned()))?;
        let backend = backend.map_err(bad)?;
        let (served, replaced) = match old {
            Some(served) => served.replace(backend).map(|replaced| (served.clone(), Some(replaced))),
            None => self.server.serve(&release.plugin, backend).map(|served| (Arc::new(served), None)),
        }
        .map_err(|error| aside(error.to_string()))?;
        Ok((Version { revision: *revision, version: release.version.clone(), served }, replaced))
    }
}
