//! Waiting for a word of the plugin's memory.
//!
//! A thread waits in the kernel, for the plugin's word and for its own at the same time; the second one is how the stop
//! and signals end the wait. So a wake-up is the kernel's, and nothing is left behind by a wait. Kernels before 5.16
//! can't wait for two words: there, the threads that wait are listed.

mod listed;
#[cfg(test)]
mod tests;

use crate::{Errno, Result, System, Thread};
use listed::Listed;
use rustix::io::Errno as Os;
use rustix::thread::futex::{self, Wait, WaitFlags, WaitPtr, WaitvFlags};
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// A word of the plugin's memory, on which its threads wait.
#[derive(Clone, Copy, Debug)]
pub struct Word(*mut u32);

// SAFETY: it is an address of memory that all threads of the plugin share.
unsafe impl Send for Word {}
// SAFETY: as above.
unsafe impl Sync for Word {}

impl Word {
    /// The word at an address.
    ///
    /// # Errors
    /// [`Errno::Inval`] if the address is no multiple of 4.
    ///
    /// # Safety
    /// Four bytes from `address` on stay mapped, readable and writable as long as the word is in use, and are no Rust
    /// object's, or an [`AtomicU32`].
    pub unsafe fn new(address: *mut u32) -> Result<Self> {
        if address.is_aligned() { Ok(Self(address)) } else { Err(Errno::Inval) }
    }

    fn atomic(&self) -> &AtomicU32 {
        // SAFETY: it is aligned, and `new`'s promise: it is there. What else is done with it meanwhile is done by the
        // plugin's threads, whose accesses are none of Rust's.
        unsafe { AtomicU32::from_ptr(self.0) }
    }
}

/// How a plugin's threads wait.
#[derive(Debug)]
pub(crate) enum Futexes {
    Kernel,
    Listed(Listed),
}

impl Futexes {
    pub(crate) fn new() -> Self {
        // With nothing to wait for, a kernel that knows the call says that this is wrong.
        match futex::waitv(&[], WaitvFlags::empty(), None, ClockId::Monotonic) {
            Err(Os::INVAL) => Self::Kernel,
            _ => Self::Listed(Listed::default()),
        }
    }

    fn wait(&self, thread: &Thread, word: Word, expected: u32, timeout: Option<Duration>) -> Result<bool> {
        match self {
            Self::Kernel => wait(thread, word, expected, timeout.and_then(deadline).as_ref()),
            Self::Listed(listed) => listed.wait(thread, word, expected, timeout),
        }
    }

    fn wake(&self, word: Word, most: u32) -> Result<usize> {
        match self {
            Self::Kernel => Ok(futex::wake(word.atomic(), futex::Flags::PRIVATE, most)?),
            Self::Listed(listed) => Ok(listed.wake(word, most)),
        }
    }
}

fn wait(thread: &Thread, word: Word, expected: u32, deadline: Option<&Timespec>) -> Result<bool> {
    loop {
        let (own, value) = thread.own_word()?;
        let both = [
            waiting(own.as_ptr(), value),
            // The last one that was woken is told: a wake-up of the plugin's counts more than a signal.
            waiting(word.0, expected),
        ];
        match futex::waitv(&both, WaitvFlags::empty(), deadline, ClockId::Monotonic) {
            Ok(1) => return Ok(true),
            // The thread's own, or a signal of the host's.
            Ok(_) | Err(Os::INTR) => {}
            // One of both has changed, and it isn't the thread's own.
            Err(Os::AGAIN) if thread.own_word()?.1 == value => return Ok(true),
            Err(Os::AGAIN) => {}
            Err(Os::TIMEDOUT) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

fn waiting(word: *mut u32, value: u32) -> Wait {
    let mut wait = Wait::new();
    wait.val = value.into();
    wait.uaddr = WaitPtr::new(word.cast());
    wait.flags = WaitFlags::SIZE_U32 | WaitFlags::PRIVATE;
    wait
}

/// The time that long from now; none if there is no such time.
fn deadline(timeout: Duration) -> Option<Timespec> {
    let now = clock_gettime(ClockId::Monotonic);
    let now = Duration::new(now.tv_sec as u64, now.tv_nsec as u32);
    let deadline = now.checked_add(timeout)?;
    let seconds = i64::try_from(deadline.as_secs()).ok()?;
    Some(Timespec { tv_sec: seconds, tv_nsec: deadline.subsec_nanos().into() })
}

impl System {
    /// Waits until the word is woken, if it has the expected value. `false` when the time is up; `true` in all other
    /// cases, another value included.
    ///
    /// # Errors
    /// A signal has come, or the stop.
    pub fn futex_wait(&self, thread: &Thread, word: Word, expected: u32, timeout: Option<Duration>) -> Result<bool> {
        self.futexes.wait(thread, word, expected, timeout)
    }

    /// Wakes at most so many threads that wait for a word, and says how many it woke.
    ///
    /// # Errors
    /// The address can't be one of a word's.
    pub fn futex_wake(&self, word: Word, most: u32) -> Result<usize> {
        // The kernel's number has a sign.
        self.futexes.wake(word, most.min(i32::MAX as u32))
    }
}
