//! The calls that run on one thread of a plugin's: whether one does, and how it ends when the plugin is stopped.

use super::Stopper;
use super::watchdog::Limited;
use crate::error::{Error, StopReason};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Counts the calls of one thread. On cache lines of its own: the threads of a shared plugin are called at the same
/// time.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Calls {
    stopper: Arc<Stopper>,
    /// Odd while a call runs. Only the thread that calls writes it.
    count: AtomicU64,
    /// Whether it was a call of this thread's that took too long.
    late: AtomicBool,
    /// How many calls have failed, and the number of the last one that did.
    failed: AtomicU64,
    last_failed: AtomicU64,
}

impl Calls {
    pub(crate) fn new(stopper: &Arc<Stopper>) -> Arc<Self> {
        let (count, late, failed, last_failed) = Default::default();
        let calls = Arc::new(Self { stopper: stopper.clone(), count, late, failed, last_failed });
        stopper.attach_calls(&calls);
        calls
    }

    /// Marks the begin of a call. Fails when the plugin is dead.
    #[inline]
    pub(crate) fn begin(&self) -> Result<(), Error> {
        if let Err(error) = self.stopper.check() {
            return Err(self.not_begun(error));
        }
        // Odd, and another number than before even if the last call ended in a panic of the host's.
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(count.wrapping_add(1) | 1, Ordering::Relaxed);
        Ok(())
    }

    /// Marks the end of a call. Fails when the host stopped the plugin meanwhile: what the guest made of that doesn't
    /// count, even if it returned.
    #[inline]
    pub(crate) fn finish(&self) -> Result<(), Error> {
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(count.wrapping_add(1) & !1, Ordering::Relaxed);
        match self.stopper.cause() {
            Some(Error::Stopped(reason)) => {
                self.fail();
                let stopped = self.stopped(*reason);
                // Only this call was late. Those to come find the plugin dead.
                self.late.store(false, Ordering::Relaxed);
                Err(stopped)
            }
            _ => Ok(()),
        }
    }

    /// What a call gets that could not begin. A deadline can pass before its call has begun.
    #[cold]
    fn not_begun(&self, error: Error) -> Error {
        match (self.late.swap(false, Ordering::Relaxed), self.stopper.cause()) {
            (true, Some(Error::Stopped(reason))) => Error::Stopped(*reason),
            _ => error,
        }
    }

    /// Counts the call that runs, or has just run, as failed.
    #[cold]
    pub(crate) fn fail(&self) {
        let call = self.count.load(Ordering::Relaxed) | 1;
        if self.last_failed.swap(call, Ordering::Relaxed) != call {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many calls are over, how many of them have failed, and how many are running.
    pub(super) fn counted(&self) -> (u64, u64, u64) {
        let count = self.count.load(Ordering::Relaxed);
        (count / 2, self.failed.load(Ordering::Relaxed), count % 2)
    }

    /// What a stop of the plugin is to the call that runs here: one whose deadline wasn't the one that passed was ended
    /// by another.
    #[cold]
    pub(crate) fn stopped(&self, reason: StopReason) -> Error {
        match reason {
            StopReason::Deadline { .. } if !self.late.load(Ordering::Relaxed) => {
                Error::Dead(Box::new(Error::Stopped(reason)))
            }
            _ => Error::Stopped(reason),
        }
    }
}

impl Limited for Calls {
    /// Stops the plugin because a call here takes longer than `limit`.
    fn overrun(&self, limit: Duration) {
        self.late.store(true, Ordering::Relaxed);
        self.stopper.stop(Error::Stopped(StopReason::Deadline { limit }));
    }

    /// The number of the call that is running, if one is.
    fn running(&self) -> Option<u64> {
        Some(self.count.load(Ordering::Relaxed)).filter(|count| count % 2 == 1)
    }

    /// Whether the plugin has ended.
    fn is_over(&self) -> bool {
        self.stopper.cause().is_some()
    }
}
