//! A thread of the plugin's, and how its waits end.
//!
//! A thread waits in one of two ways: in `ppoll`, for descriptors and for an eventfd of its own; or parked, on a word of
//! its own. The stop and signals reach both: they set a bit in the word and wake whoever waits on it, and they write to
//! the eventfd if there is one. What a thread waits for in common with others (a futex, a queue) keeps a list of the
//! threads that wait, and unparks them; a word of the guest's is never waited on, since nothing of the host's may
//! change it to end the wait.

use crate::signal::Own as Signals;
use crate::{Errno, Halt, Result};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno as Os;
use rustix::thread::futex;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The plugin is stopped.
const STOPPED: u32 = 1;
/// A signal has come for this thread.
const INTERRUPTED: u32 = 2;
/// What the thread was parked for has come.
const UNPARKED: u32 = 4;

/// A thread that makes system calls. Clones are the same thread.
#[derive(Clone, Debug)]
pub struct Thread(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    word: AtomicU32,
    /// Readable when the thread was stopped or interrupted since it was last read. Made when the thread first waits for a descriptor.
    event: OnceLock<OwnedFd>,
    signals: Signals,
}

impl Thread {
    /// A thread of the plugin that `halt` stops.
    pub fn new(halt: &Halt) -> Self {
        let shared = Arc::new(Shared { word: AtomicU32::new(0), event: OnceLock::new(), signals: Signals::default() });
        halt.add(&shared);
        Self(shared)
    }

    /// Whether both are the same thread.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Makes the thread's wait, or its next one, end with [`Errno::Intr`]: a signal has come for it.
    pub fn interrupt(&self) {
        self.0.set(INTERRUPTED);
    }

    /// Says whether the thread was interrupted, and lets it wait again. To be called by the thread itself, before it
    /// looks which signals have come.
    pub fn take_interrupt(&self) -> bool {
        if !self.is_interrupted() {
            return false;
        }
        self.0.word.fetch_and(!INTERRUPTED, Ordering::SeqCst);
        true
    }

    /// Whether the thread was interrupted since it last asked.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.0.word.load(Ordering::SeqCst) & INTERRUPTED != 0
    }

    /// Fails if the thread may not wait: with [`Errno::Canceled`] if the plugin is stopped, with [`Errno::Intr`] if a
    /// signal has come.
    pub fn check(&self) -> Result<()> {
        match self.0.word.load(Ordering::SeqCst) {
            word if word & STOPPED != 0 => Err(Errno::Canceled),
            word if word & INTERRUPTED != 0 => Err(Errno::Intr),
            _ => Ok(()),
        }
    }

    /// The signals that are for this thread.
    pub(crate) fn signals(&self) -> &Signals {
        &self.0.signals
    }

    /// The word that changes when a wait is to end, and its value now; fails if it has changed.
    pub(crate) fn own_word(&self) -> Result<(&AtomicU32, u32)> {
        let value = self.0.word.load(Ordering::SeqCst);
        self.check()?;
        Ok((&self.0.word, value))
    }

    /// For what takes long without waiting.
    ///
    /// # Errors
    /// [`Errno::Canceled`] if the plugin is stopped.
    pub fn check_stop(&self) -> Result<()> {
        match self.0.word.load(Ordering::Relaxed) & STOPPED {
            0 => Ok(()),
            _ => Err(Errno::Canceled),
        }
    }

    /// Waits until one of the descriptors is ready, and returns how many are: none when the time is up.
    pub(crate) fn poll<'a>(&'a self, fds: &mut Vec<PollFd<'a>>, deadline: Option<Instant>) -> Result<usize> {
        fds.push(PollFd::new(self.0.event()?, PollFlags::IN));
        let ready = self.poll_all(fds, deadline);
        fds.pop();
        ready
    }

    /// Waits until a descriptor is ready; `false` when the time is up.
    pub(crate) fn wait_for(&self, fd: impl AsFd, events: PollFlags, deadline: Option<Instant>) -> Result<bool> {
        let event = self.0.event()?;
        let fd = fd.as_fd();
        let mut both = [PollFd::from_borrowed_fd(fd, events), PollFd::new(event, PollFlags::IN)];
        Ok(self.poll_all(&mut both, deadline)? > 0)
    }

    /// The last of the descriptors is the thread's own, and isn't counted.
    fn poll_all(&self, fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> Result<usize> {
        loop {
            self.check()?;
            let left = deadline.map(|deadline| timespec(deadline.saturating_duration_since(Instant::now())));
            match poll(fds, left.as_ref()) {
                // A signal of the host's own.
                Err(Os::INTR) => {}
                Err(error) => return Err(error.into()),
                // A wait that is too long for the kernel goes on.
                Ok(0) if deadline.is_none_or(|deadline| deadline > Instant::now()) => {}
                Ok(ready) => match fds.last().map(PollFd::revents) {
                    // What is ready counts more than a signal, as natively.
                    Some(own) if !own.is_empty() && ready == 1 => self.woken()?,
                    Some(own) if !own.is_empty() => return Ok(ready - 1),
                    _ => return Ok(ready),
                },
            }
        }
    }

    /// Fails with what the thread's own event tells of, or makes the event forget what was dealt with before.
    fn woken(&self) -> Result<()> {
        self.check()?;
        // What comes from now on sets its bit before it writes.
        match rustix::io::read(self.0.event()?, &mut [0; 8]) {
            Ok(_) | Err(Os::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets what the thread was unparked for before. To be called before others can know that the thread waits.
    pub(crate) fn prepare_to_park(&self) {
        self.0.word.fetch_and(!UNPARKED, Ordering::SeqCst);
    }

    /// Waits until the thread is unparked; `false` when the time is up.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> Result<bool> {
        loop {
            let word = self.0.word.load(Ordering::SeqCst);
            if word & UNPARKED != 0 {
                return Ok(true);
            }
            self.check()?;
            let left = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Ok(false),
                left => left.map(timespec),
            };
            match futex::wait(&self.0.word, futex::Flags::PRIVATE, word, left.as_ref()) {
                Ok(()) | Err(Os::AGAIN | Os::INTR | Os::TIMEDOUT) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Ends the thread's wait in `park`, or the next one.
    pub(crate) fn unpark(&self) {
        self.0.word.fetch_or(UNPARKED, Ordering::SeqCst);
        self.0.wake();
    }
}

impl From<Arc<Shared>> for Thread {
    fn from(shared: Arc<Shared>) -> Self {
        Self(shared)
    }
}

impl Shared {
    pub(crate) fn stop(&self) {
        self.set(STOPPED);
    }

    fn set(&self, bit: u32) {
        self.word.fetch_or(bit, Ordering::SeqCst);
        // Either this sees the event, or whoever makes the event sees the bit.
        fence(Ordering::SeqCst);
        self.signal_event();
        self.wake();
    }

    fn signal_event(&self) {
        if let Some(event) = self.event.get() {
            // It can only fail because the event is readable more often than can be counted.
            let _ = rustix::io::write(event, &1u64.to_ne_bytes());
        }
    }

    fn wake(&self) {
        // There is nobody to wake, or that one wakes.
        let _ = futex::wake(&self.word, futex::Flags::PRIVATE, u32::MAX >> 1);
    }

    fn event(&self) -> Result<&OwnedFd> {
        if let Some(event) = self.event.get() {
            return Ok(event);
        }
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let event = self.event.get_or_init(|| event);
        fence(Ordering::SeqCst);
        Ok(event)
    }
}

/// The longest that the kernel takes is far longer than anything lives.
fn timespec(duration: Duration) -> Timespec {
    let seconds = duration.as_secs().min(i64::MAX as u64 / 4) as i64;
    Timespec { tv_sec: seconds, tv_nsec: duration.subsec_nanos().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pipe::pipe;
    use std::thread::{scope, spawn};

    fn long() -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(60))
    }

    #[test]
    fn a_stop_ends_waits_before_and_after_it() {
        let halt = Halt::new();
        let (reader, _writer) = pipe().expect("there is room for a pipe");
        let threads = [Thread::new(&halt), Thread::new(&halt), Thread::new(&halt)];
        scope(|scope| {
            scope.spawn(|| assert_eq!(threads[0].wait_for(&reader, PollFlags::IN, long()), Err(Errno::Canceled)));
            scope.spawn(|| assert_eq!(threads[1].park(long()), Err(Errno::Canceled)));
            halt.stop();
        });
        assert_eq!(threads[2].wait_for(&reader, PollFlags::IN, long()), Err(Errno::Canceled));
        assert_eq!(Thread::new(&halt).park(long()), Err(Errno::Canceled));
        threads[0].interrupt();
        assert!(threads[0].take_interrupt());
        assert_eq!(threads[0].wait_for(&reader, PollFlags::IN, long()), Err(Errno::Canceled));
    }

    #[test]
    fn an_interrupt_ends_one_wait() {
        let halt = Halt::new();
        let (reader, _writer) = pipe().expect("there is room for a pipe");
        let thread = Thread::new(&halt);
        for _ in 0..100 {
            let other = thread.clone();
            let interrupting = spawn(move || other.interrupt());
            assert_eq!(thread.wait_for(&reader, PollFlags::IN, long()), Err(Errno::Intr));
            assert!(thread.take_interrupt());
            interrupting.join().expect("it doesn't panic");
            let _came_late = thread.take_interrupt();
            let now = Some(Instant::now());
            assert_eq!(thread.wait_for(&reader, PollFlags::IN, now), Ok(false));
        }
    }

    #[test]
    fn no_unpark_is_lost() {
        let halt = Halt::new();
        let (one, two) = (Thread::new(&halt), Thread::new(&halt));
        let turn = AtomicU32::new(0);
        let play = |own: &Thread, other: &Thread, mine: u32| {
            for _ in 0..10_000 {
                while turn.load(Ordering::SeqCst) != mine {
                    assert_eq!(own.park(long()), Ok(true));
                    own.prepare_to_park();
                }
                turn.store(1 - mine, Ordering::SeqCst);
                other.unpark();
            }
        };
        scope(|scope| {
            scope.spawn(|| play(&one, &two, 0));
            scope.spawn(|| play(&two, &one, 1));
        });
    }
}
