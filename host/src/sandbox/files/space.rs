//! The space that a plugin may fill.

use super::volume::NO_SPACE;
use crate::events::{Event, Events, LimitKind};
use crate::sync::lock::lock;
use std::sync::{Arc, Mutex};
use virtual_fs::Result;

/// A number of bytes, some of them taken. All clones share these bytes, and all threads of a plugin use them.
#[derive(Clone, Debug)]
pub(super) struct Space(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    allowed: u64,
    used: Mutex<u64>,
    events: Events,
}

impl Space {
    pub(super) fn new(allowed: u64, events: Events) -> Self {
        Self(Arc::new(Shared { allowed, used: Mutex::new(0), events }))
    }

    /// Takes all of the bytes, or fails.
    pub(super) fn take(&self, bytes: u64) -> Result<()> {
        let taken = self.take_some(bytes);
        if taken < bytes {
            self.give(taken);
            return Err(NO_SPACE);
        }
        Ok(())
    }

    /// Takes as many of the bytes as there are, and returns how many it took.
    pub(super) fn take_some(&self, bytes: u64) -> u64 {
        let mut used = lock(&self.0.used);
        let taken = bytes.min(self.0.allowed.saturating_sub(*used));
        *used += taken;
        drop(used);
        if taken < bytes {
            self.0.events.report(Event::LimitReached { limit: LimitKind::Storage, allowed: self.0.allowed });
        }
        taken
    }

    /// Gives bytes back. Giving back more than was taken only gives back what was taken. So a plugin earns nothing when
    /// it removes what was there before.
    pub(super) fn give(&self, bytes: u64) {
        let mut used = lock(&self.0.used);
        *used = used.saturating_sub(bytes);
    }
}

/// Bytes that were taken. Dropping this gives them back.
#[derive(Debug)]
pub(super) struct Taken {
    space: Space,
    bytes: u64,
}

impl Taken {
    /// Takes all of the bytes, or fails.
    pub(super) fn new(space: &Space, bytes: u64) -> Result<Self> {
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
        let space = Space::new(10, Events::new("test", None));
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
