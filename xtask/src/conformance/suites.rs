//! Suites: the tests that crates publish, built as test programs and run as plugins.

mod events;
mod gates;
mod program;
mod results;
mod sources;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use plugix_toolchain::{Build, Error, Module, Progress, Toolchain};

pub(super) use events::Outcome;
use program::Runner;
pub(super) use results::{HEADING, Results};
pub(super) use table::{Group, Suite};

use super::Filter;

/// Tests are built so that they look at themselves, and quickly.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
];

/// What came of a suite.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) programs: usize,
    /// By `program/test`.
    pub(super) tests: BTreeMap<String, Outcome>,
    /// Why it couldn't be built.
    pub(super) broken: Option<String>,
}

/// What builds and runs suites.
pub(super) struct Suites<'a> {
    pub(super) toolchain: &'a Toolchain,
    pub(super) cli: &'a Path,
    /// Where everything is built.
    pub(super) folder: &'a Path,
    /// Seconds that a test may take.
    pub(super) timeout: u32,
}

/// The suites that are asked for.
pub(super) fn all(filter: &Filter) -> Result<Vec<Suite>> {
    let mut suites = table::all()?;
    suites.retain(|suite| filter.takes_some_of(&suite.label(), suite.quick));
    Ok(suites)
}

impl Suite {
    /// What filters know it by.
    pub(super) fn label(&self) -> String {
        format!("suites/{}", self.name)
    }
}

impl Suites<'_> {
    /// Builds a suite and runs what is asked for of it.
    pub(super) fn attempt(&self, suite: &Suite, filter: &Filter) -> Result<Report> {
        let mut modules = match self.build(suite)? {
            Ok(modules) => modules,
            Err(broken) => return Ok(Report { broken: Some(broken), ..Report::default() }),
        };
        modules.sort_by(|one, other| one.target.cmp(&other.target));
        modules.retain(|module| !suite.leaves_out(&module.target));
        modules.retain(|module| filter.takes(&format!("{}/{}", suite.label(), module.target), suite.quick));
        let runner = Runner {
            cli: self.cli,
            folder: self.folder.join("runs").join(&suite.name),
            patience: Duration::from_secs(self.timeout.into()),
        };
        let mut report = Report { programs: modules.len(), ..Report::default() };
        for (number, module) in modules.iter().enumerate() {
            let skips: Vec<_> = suite.skips(&module.target).collect();
            let results = runner.run(&module.path, &skips)?;
            let ran = results.iter().filter(|(_, outcome)| *outcome != Outcome::Ignored).count();
            let failed = results.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).count();
            eprintln!(
                "[{}/{}] {}/{}: {} of {ran} passed",
                number + 1,
                modules.len(),
                suite.name,
                module.target,
                ran - failed
            );
            report
                .tests
                .extend(results.into_iter().map(|(test, outcome)| (format!("{}/{test}", module.target), outcome)));
        }
        Ok(report)
    }

    /// Builds the test programs, or says why that can't be.
    fn build(&self, suite: &Suite) -> Result<Result<Vec<Module>, String>> {
        let progress = Progress::stderr();
        let suites = self.folder.join("suites");
        let library = self.folder.join("library").join(self.toolchain.key());
        let (manifest, units) = if suite.is_of_rust() {
            let library = self.toolchain.library(&library, progress).map_err(|error| anyhow!(error.chain()))?;
            let std = library.sources().join(&suite.name);
            gates::lift_of_std(&std)?;
            (sources::around_std(&std, &suites)?, Some(library.build_unit_tests(&suite.name, progress)))
        } else {
            (sources::prepare(suite, &suites)?, None)
        };
        let request = Build {
            tests: true,
            features: suite.features.clone(),
            target_dir: Some(self.folder.join("target")),
            env: PROFILE.map(|(name, value)| (name.into(), value.into())).into(),
            ..Build::new(manifest)
        };
        let built = self.toolchain.build(&request, progress).and_then(|mut programs| {
            programs.extend(units.transpose()?.into_iter().flatten());
            Ok(programs)
        });
        match built {
            Ok(modules) => Ok(Ok(modules)),
            Err(error @ (Error::Compile { .. } | Error::Failed { .. })) => Ok(Err(error.to_string())),
            Err(error) => Err(anyhow!(error.chain())),
        }
    }
}
