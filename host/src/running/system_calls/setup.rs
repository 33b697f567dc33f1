//! What a plugin's system calls get, from its policy.

use crate::error::LoadError;
use crate::events::{Event, Events, LimitKind};
use crate::policy::Policy;
use crate::sandbox::output::Streams;
use crate::stop::Target;
use plugix_system::{Halt, Input, Limit, Report, Setup, System};
use std::sync::Arc;

/// The system that a policy describes.
///
/// # Errors
/// [`LoadError::Policy`] if what it gives can't be had.
pub(in crate::running) fn system(policy: &Policy, output: &Streams, events: &Events) -> Result<Arc<System>, LoadError> {
    let setup = Setup {
        halt: Halt::new(),
        report: Arc::new(Reported(events.clone())),
        max_descriptors: policy.max_open_files,
        stdin: Input::Nothing,
        stdout: Arc::new(output.stdout.clone()),
        stderr: Arc::new(output.stderr.clone()),
        network: policy.network.system().clone(),
    };
    System::new(setup).map_err(|error| LoadError::Policy { what: "the system".into(), problem: error.to_string() })
}

/// Passes on what the plugin tried in vain.
struct Reported(Events);

impl Report for Reported {
    fn denied(&self, operation: &'static str, target: &str) {
        self.0.report(Event::Denied { operation, target: target.to_owned() });
    }

    fn limit_reached(&self, limit: Limit, allowed: u64) {
        let limit = match limit {
            Limit::Sockets => LimitKind::Sockets,
            Limit::Names => LimitKind::Names,
            Limit::Storage => LimitKind::Storage,
            _ => LimitKind::Files,
        };
        self.0.report(Event::LimitReached { limit, allowed });
    }
}

/// Ends the waits of a plugin's system calls.
pub(in crate::running) struct Waits(pub(in crate::running) Halt);

impl Target for Waits {
    fn kill(&self) {
        self.0.stop();
    }
}
