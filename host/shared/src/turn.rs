//! Whose turn it is: a word that both sides see, and how one waits for it.

use std::hint::spin_loop;
use std::ptr::null;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often the word is looked at before the thread sleeps, at most. It takes 20 µs or so: waking a thread up takes as long.
const SPINS: u32 = 600;

/// The least number, so that a lane whose waits become short again is noticed.
const LEAST_SPINS: u32 = 16;

/// A wait that took no longer would better have been spent looking.
const SHORT: Duration = Duration::from_micros(40);

/// Looking while the other side has no processor takes the processor away from it.
static CAN_SPIN: LazyLock<bool> =
    LazyLock::new(|| std::thread::available_parallelism().is_ok_and(|processors| processors.get() > 1));

/// How long one side looks before it sleeps. It learns from how long it has waited.
#[derive(Debug)]
pub(crate) struct Patience(AtomicU32);

impl Default for Patience {
    fn default() -> Self {
        Self(AtomicU32::new(SPINS))
    }
}

impl Patience {
    /// Looks at the word until it is no longer `old`. False if it still is.
    pub(crate) fn spin(&self, word: &AtomicU32, old: u32) -> bool {
        if !*CAN_SPIN {
            return false;
        }
        let changed = look(word, old, self.0.load(Ordering::Relaxed));
        if changed {
            // The next wait may be as long as any.
            self.0.store(SPINS, Ordering::Relaxed);
        }
        changed
    }

    /// Does the same when the other side has said that it is about to change the word.
    pub(crate) fn spin_announced(word: &AtomicU32, old: u32) -> bool {
        *CAN_SPIN && look(word, old, SPINS)
    }

    /// Learns from a wait that looking didn't end.
    pub(crate) fn slept(&self, waited: Duration) {
        let spins = self.0.load(Ordering::Relaxed);
        let next = if waited < SHORT { SPINS } else { (spins / 2).max(LEAST_SPINS) };
        self.0.store(next, Ordering::Relaxed);
    }
}

/// Looks at the word so often, or until it is no longer `old`.
fn look(word: &AtomicU32, old: u32, spins: u32) -> bool {
    for _ in 0..spins {
        if word.load(Ordering::Acquire) != old {
            return true;
        }
        spin_loop();
    }
    false
}

/// Sleeps while the word is `old`. Returns early for no reason now and then.
pub(crate) fn sleep(word: &AtomicU32, old: u32) {
    let forever = null::<libc::timespec>();
    // SAFETY: the word is a futex of four bytes that stays mapped. Its pages belong to two processes, so it isn't private.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, old, forever) };
}

/// Wakes everybody who sleeps for the word.
pub(crate) fn wake(word: &AtomicU32) {
    // SAFETY: as in `sleep`.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
}
