//! The calls on one thread of a plugin: whether one runs, and how it ends when the plugin is stopped.

use super::Stopper;
use super::watchdog::Limited;
use crate::error::{Error, StopReason};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Counts the calls of one thread. The count has cache lines of its own, because the threads of a shared plugin are
/// called at the same time.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Calls {
    stopper: Arc<Stopper>,
    /// Odd while a call runs. Only the calling thread writes it.
    count: AtomicU64,
    /// Whether a call of this thread was the one that took too long.
    late: AtomicBool,
    /// How many calls have failed, and the number of the last one that did.
    failed: AtomicU64,
    last_failed: AtomicU64,
}

impl Calls {
    pub(crate) fn new(stopper: &Arc<Stopper>) -> Arc<Self> {
        let calls = Arc::new(Self {
            stopper: stopper.clone(),
            count: AtomicU64::default(),
            late: AtomicBool::default(),
            failed: AtomicU64::default(),
            last_failed: AtomicU64::default(),
        });
        stopper.attach_calls(&calls);
        calls
    }

    /// Marks the beginning of a call. Fails when the plugin is dead.
    #[inline]
    pub(crate) fn begin(&self) -> Result<(), Error> {
        if let Err(error) = self.stopper.check() {
            return Err(self.not_begun(error));
        }
        // The number is odd. It differs from the last call's number even if a panic of the host ended that call.
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(count.wrapping_add(1) | 1, Ordering::Relaxed);
        Ok(())
    }

    /// Marks the end of a call. Fails when the host has stopped the plugin meanwhile. What the guest made of the stop
    /// doesn't count, even if the guest returned.
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

    /// The error of a call that could not begin. A deadline can pass before its call has begun.
    #[cold]
    fn not_begun(&self, error: Error) -> Error {
        match (self.late.swap(false, Ordering::Relaxed), self.stopper.cause()) {
            (true, Some(Error::Stopped(reason))) => Error::Stopped(*reason),
            _ => error,
        }
    }

    /// Counts the call that runs, or the call that has just run, as failed.
    #[cold]
    pub(crate) fn fail(&self) {
        let call = self.count.load(Ordering::Relaxed) | 1;
        if self.last_failed.swap(call, Ordering::Relaxed) != call {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many calls have failed.
    pub(crate) fn failures(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// How many calls are over, how many calls have failed, and how many run.
    pub(super) fn counted(&self) -> (u64, u64, u64) {
        let count = self.count.load(Ordering::Relaxed);
        (count / 2, self.failures(), count % 2)
    }

    /// What a stop of the plugin means to the call that runs here. If the deadline of another call has passed, that
    /// other call ended this one.
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

    /// The number of the call that runs, if one does.
    fn running(&self) -> Option<u64> {
        Some(self.count.load(Ordering::Relaxed)).filter(|count| count % 2 == 1)
    }

    /// Whether the plugin has ended.
    fn is_over(&self) -> bool {
        self.stopper.cause().is_some()
    }
}
