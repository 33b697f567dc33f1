//! Locks on a file in memory, as `flock` has them.

use crate::{Errno, Lock, Result, Thread};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The locks on one file.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether one has it alone.
    exclusive: bool,
    /// How many share it.
    shared: usize,
    /// Who waits: all of them look again whenever somebody lets go.
    waiting: Vec<(u64, Thread)>,
    last: u64,
}

/// The lock that an open file has, which all descriptors of it share.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<Option<Kind>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shared,
    Exclusive,
}

impl Locks {
    /// Gets a lock for an open file, in the place of the one that it has, or lets go of that.
    pub(super) fn lock(&self, held: &Held, thread: &Thread, lock: Lock, wait: bool) -> Result<()> {
        let kind = match lock {
            Lock::Shared => Kind::Shared,
            Lock::Exclusive => Kind::Exclusive,
            Lock::Unlock => {
                self.release(held);
                return Ok(());
            }
        };
        match self.change(held, Some(kind)) {
            true => return Ok(()),
            false if !wait => return Err(Errno::Again),
            false => {}
        }
        let _waiting = self.wait(thread);
        loop {
            // Whoever lets go after the next look unparks this thread.
            thread.prepare_to_park();
            if self.change(held, Some(kind)) {
                return Ok(());
            }
            thread.park(None)?;
            // Others that let go all the time don't keep it from its end.
            thread.check()?;
        }
    }

    /// Lets go of what an open file has.
    pub(super) fn release(&self, held: &Held) {
        self.change(held, None);
    }

    /// False if another has what keeps it from that. As natively, what it had before is gone then.
    fn change(&self, held: &Held, to: Option<Kind>) -> bool {
        // Nothing panics while it holds the lock.
        let mut held = held.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *held == to {
            return true;
        }
        let mut state = self.state();
        let before = held.take();
        match before {
            None => {}
            Some(Kind::Shared) => state.shared -= 1,
            Some(Kind::Exclusive) => state.exclusive = false,
        }
        let fits = match to {
            None => true,
            Some(Kind::Shared) => !state.exclusive,
            Some(Kind::Exclusive) => !state.exclusive && state.shared == 0,
        };
        if fits {
            match to {
                None => {}
                Some(Kind::Shared) => state.shared += 1,
                Some(Kind::Exclusive) => state.exclusive = true,
            }
            *held = to;
        }
        if before.is_some() {
            state.waiting.iter().for_each(|(_, thread)| thread.unpark());
        }
        fits
    }

    fn wait(&self, thread: &Thread) -> Waiting<'_> {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        state.waiting.push((number, thread.clone()));
        Waiting { locks: self, number }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread's place among those that wait.
struct Waiting<'l> {
    locks: &'l Locks,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.locks.state().waiting.retain(|(number, _)| *number != self.number);
    }
}
