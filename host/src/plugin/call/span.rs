//! A span of `tracing` around each call, if the host wants it.

use crate::error::MethodRef;
use crate::running::instance::Instance;
use rustix::time::{ClockId, Timespec, clock_gettime};
use tracing::field::Empty;
use tracing::span::EnteredSpan;

/// A call that runs. What the plugin logs on the calling thread meanwhile is in its span.
pub(super) struct CallSpan {
    span: EnteredSpan,
    begun: Timespec,
    failures: u64,
    ended: bool,
}

impl CallSpan {
    #[cold]
    pub(super) fn enter(instance: &Instance, name: &MethodRef<'_>) -> Self {
        let (plugin, interface, method) = (&*instance.process.name, name.interface, name.method);
        let span = tracing::info_span!(
            target: "plugix::call",
            "call",
            plugin,
            interface,
            method,
            processor_time_us = Empty,
            sent = Empty,
            received = Empty,
            outcome = Empty,
        );
        Self { span: span.entered(), begun: processor_time(), failures: instance.calls.failures(), ended: false }
    }

    /// Ends the span. `sizes` is what was sent and received, in bytes.
    #[cold]
    pub(super) fn end(mut self, instance: &Instance, (sent, received): (u32, u32), is_ok: bool) {
        self.ended = true;
        let took = processor_time() - self.begun;
        let outcome = match instance.calls.failures() > self.failures || instance.process.stopper.cause().is_some() {
            _ if is_ok => "ok",
            true => "failed",
            false => "returned",
        };
        self.span.record("processor_time_us", took.tv_sec as u64 * 1_000_000 + took.tv_nsec as u64 / 1000);
        self.span.record("sent", sent).record("received", received).record("outcome", outcome);
    }
}

impl Drop for CallSpan {
    /// A call that never began, or that a panic of the host's has ended, has an outcome as well.
    fn drop(&mut self) {
        if !self.ended {
            self.span.record("outcome", "failed");
        }
    }
}

/// What the calling thread has computed.
fn processor_time() -> Timespec {
    clock_gettime(ClockId::ThreadCPUTime)
}
