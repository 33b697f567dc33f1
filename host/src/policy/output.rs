//! Where a policy lets output go.

use super::Policy;
use crate::sandbox::output::{Forward, StandardStream};
use std::sync::Arc;

impl Policy {
    /// Sets what is called with each line that the plugin prints, in place of `tracing`, where lines go otherwise with
    /// the targets `plugix::stdout` and `plugix::stderr`. Bytes that are no UTF-8 are replaced.
    ///
    /// Lines are cut after 8 KiB. They come without their line feed, the last one when the plugin is unloaded. A
    /// plugin may have 1 MiB of lines at once and 1 MiB per second after that; what is more is left out, as the next
    /// line says. The callback runs on the thread that prints, in the middle of a call: it must be quick, and can't
    /// call the plugin.
    #[must_use]
    pub fn on_output(mut self, callback: impl Fn(StandardStream, &str) + Send + Sync + 'static) -> Self {
        self.forward = Forward::Callback(Arc::new(callback));
        self
    }

    /// Lets the plugin print to the host's own standard output and standard error, byte by byte as it does, escape
    /// sequences included, and without any limit.
    #[must_use]
    pub fn inherit_output(mut self) -> Self {
        self.forward = Forward::Inherit;
        self
    }
}
