//! Where a policy sends output.

use super::Policy;
use crate::output::{Forward, StandardStream};
use std::sync::Arc;

impl Policy {
    /// Sets a callback for each line that the plugin prints. Without a callback, lines go to `tracing`, with the
    /// targets `plugix::stdout` and `plugix::stderr`. Bytes that are no UTF-8 are replaced.
    ///
    /// Lines come without their line feed, and are cut after 8 KiB. A last line without a line feed comes when the
    /// plugin is unloaded. A plugin may print 1 MiB of lines at once, and 1 MiB per second after that. Further lines
    /// are left out, and the next line says how many.
    ///
    /// The callback runs on the thread that prints, in the middle of a call. So it must be quick, and can't call the
    /// plugin.
    #[must_use]
    pub fn on_output(mut self, callback: impl Fn(StandardStream, &str) + Send + Sync + 'static) -> Self {
        self.forward = Forward::Callback(Arc::new(callback));
        self
    }

    /// Passes on what the plugin prints as it comes, to the host in another process. Nothing of it is kept here.
    pub(crate) fn pass_output(mut self, pass: impl Fn(StandardStream, &[u8]) + Send + Sync + 'static) -> Self {
        self.forward = Forward::Elsewhere(Arc::new(pass));
        self
    }

    /// Lets the plugin print to the host's own standard output and standard error. Every byte is passed on as it comes,
    /// escape sequences included, and without any limit.
    #[must_use]
    pub fn inherit_output(mut self) -> Self {
        self.forward = Forward::Inherit;
        self
    }
}
