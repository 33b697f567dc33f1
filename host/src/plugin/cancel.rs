//! Stops a plugin from another thread.

use crate::error::{Error, StopReason};
use crate::stop::Stopper;
use std::sync::Arc;

/// Stops one plugin. Clones are cheap and stop the same plugin. Any thread may use the handle, before the plugin has
/// started and after it is gone.
#[derive(Clone, Debug)]
pub struct CancelHandle(pub(crate) Arc<Stopper>);

impl CancelHandle {
    /// Stops the plugin with all its threads. If a call runs, it fails with [`Error::Stopped`]. Later calls fail with
    /// [`Error::Dead`].
    ///
    /// This returns at once. The call ends within milliseconds. If the plugin is in a host function, the call ends when
    /// that function returns.
    pub fn cancel(&self) {
        self.0.stop(Error::Stopped(StopReason::Cancelled));
    }
}
