//! Space that a plugin may fill.

use crate::report::{Limit, Report};
use crate::{Errno, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a new file, folder or link takes of a limit besides what is in it, in bytes.
pub(crate) const ENTRY: u64 = 4096;

/// A number of bytes, of which some are taken. Clones share them; it serves all threads of a plugin.
#[derive(Clone, Debug)]
pub(crate) struct Space(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    allowed: u64,
    used: Mutex<u64>,
    report: Arc<dyn Report>,
}

impl Space {
    pub(crate) fn new(allowed: u64, report: Arc<dyn Report>) -> Self {
        Self(Arc::new(Shared { allowed, used: Mutex::new(0), report }))
    }

    /// Takes all of it or fails.
    pub(crate) fn take(&self, bytes: u64) -> Result<()> {
        let taken = self.take_some(bytes);
        if taken < bytes {
            self.give(taken);
            return Err(Errno::Nospc);
        }
        Ok(())
    }

    /// Takes as much of it as there is, and returns how much that was.
    pub(crate) fn take_some(&self, bytes: u64) -> u64 {
        let mut used = self.used();
        let taken = bytes.min(self.0.allowed.saturating_sub(*used));
        *used += taken;
        drop(used);
        if taken < bytes {
            self.0.report.limit_reached(Limit::Storage, self.0.allowed);
        }
        taken
    }

    /// Gives back. More than was taken is as good as all: removing what was there before earns nothing.
    pub(crate) fn give(&self, bytes: u64) {
        let mut used = self.used();
        *used = used.saturating_sub(bytes);
    }

    /// How much is taken.
    pub(crate) fn taken(&self) -> u64 {
        *self.used()
    }

    fn used(&self) -> MutexGuard<'_, u64> {
        // Nothing panics while it holds the lock.
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that were taken, and are given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    space: Space,
    bytes: u64,
}

impl Taken {
    /// Takes all of it or fails.
    pub(crate) fn new(space: &Space, bytes: u64) -> Result<Self> {
        space.take(bytes)?;
        Ok(Self { space: space.clone(), bytes })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.space.give(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_allowed_and_never_less_than_nothing() {
        let space = Space::new(10, Arc::new(()));
        assert_eq!(space.take_some(4), 4);
        assert!(space.take(7).is_err());
        assert_eq!(space.take_some(7), 6);
        space.give(100);
        let taken = Taken::new(&space, 10).expect("all of it is free");
        assert!(space.take(1).is_err());
        drop(taken);
        assert!(space.take(10).is_ok());
    }
}
