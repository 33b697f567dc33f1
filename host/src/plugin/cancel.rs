//! Stops a plugin from another thread.

use crate::error::{Error, StopReason};
use crate::stop::Stopper;
use std::sync::Arc;

/// Stops one plugin. Cheap to clone; the clones stop the same plugin. It may be used from any thread, before the plugin
/// has started as well as after it has gone.
#[derive(Clone, Debug)]
pub struct CancelHandle(pub(crate) Arc<Stopper>);

impl CancelHandle {
    /// Stops the plugin with all its threads. The call that runs, if one does, fails with [`Error::Stopped`]; calls from
    /// then on fail with [`Error::Dead`]. Returns at once: the call ends within milliseconds, or, where the plugin is in
    /// a function of the host's, when that returns.
    pub fn cancel(&self) {
        self.0.stop(Error::Stopped(StopReason::Cancelled));
    }
}
