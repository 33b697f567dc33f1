//! Locks on files: other programs of the host's see those in its folders.

use super::System;
use crate::object::Object;
use crate::{Errno, Result, Thread};
use rustix::fs::{FlockOperation, flock};
use rustix::io::retry_on_intr;
use std::time::{Duration, Instant};

/// How often a lock is tried at first and at last: nothing tells when another program lets go of one.
const SHORTEST: Duration = Duration::from_micros(50);
const LONGEST: Duration = Duration::from_millis(20);

/// What to do with a file's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Share it with others who do.
    Shared,
    /// Have it alone.
    Exclusive,
    /// Let go of it.
    Unlock,
}

impl System {
    /// Locks a file or unlocks it. The lock is the description's: all descriptors that were made of one share it.
    ///
    /// # Errors
    /// As `flock`; [`Errno::Again`] if another has it and the thread is not to `wait`.
    pub fn fd_lock(&self, thread: &Thread, fd: u32, lock: Lock, wait: bool) -> Result<()> {
        let description = self.table.description(fd)?;
        let file = match &description.object {
            Object::File(file) => file.fd(),
            Object::Scratch(file) => return file.lock(thread, lock, wait),
            _ => return Err(Errno::Badf),
        };
        let operation = match lock {
            Lock::Shared => FlockOperation::NonBlockingLockShared,
            Lock::Exclusive => FlockOperation::NonBlockingLockExclusive,
            Lock::Unlock => FlockOperation::NonBlockingUnlock,
        };
        until_free(thread, wait, || Ok(retry_on_intr(|| flock(file, operation))?))
    }
}

/// Tries a lock once, or until nobody else has it.
pub(super) fn until_free(thread: &Thread, wait: bool, attempt: impl FnMut() -> Result<()>) -> Result<()> {
    let (mut attempt, mut pause) = (attempt, SHORTEST);
    loop {
        match attempt() {
            Err(Errno::Again) if wait => {
                thread.prepare_to_park();
                thread.park(Some(Instant::now() + pause))?;
                pause = (pause * 2).min(LONGEST);
            }
            done => return done,
        }
    }
}
