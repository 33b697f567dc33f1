//! The calls that run on one thread of a plugin's: whether one does, and how it ends when the plugin is stopped.

use super::Stopper;
use crate::{Error, StopReason};
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
}

impl Calls {
    pub(crate) fn new(stopper: &Arc<Stopper>) -> Arc<Self> {
        let (count, late) = (AtomicU64::new(0), AtomicBool::new(false));
        let calls = Arc::new(Self { stopper: stopper.clone(), count, late });
        stopper.attach_calls(&calls);
        calls
    }

    /// Marks the begin of a call. Fails when the plugin is dead.
    #[inline]
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.stopper.check()?;
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
            Some(Error::Stopped(reason)) => Err(self.stopped(*reason)),
            _ => Ok(()),
        }
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

    /// Stops the plugin because a call here takes longer than `limit`.
    pub(crate) fn overrun(&self, limit: Duration) {
        self.late.store(true, Ordering::Relaxed);
        self.stopper.stop(Error::Stopped(StopReason::Deadline { limit }));
    }

    /// The number of the call that is running, if one is.
    pub(crate) fn running(&self) -> Option<u64> {
        Some(self.count.load(Ordering::Relaxed)).filter(|count| count % 2 == 1)
    }

    /// Whether the plugin has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.stopper.cause().is_some()
    }
}
