//! The account of a folder that may not grow without limit.

use super::space::{ENTRY, Space};
use super::stat::{Id, Stat};
use crate::{Errno, Result};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a plugin added to a folder: it may not exceed the limit, and what it removes it may add again.
///
/// A file that was removed while it is open takes its space until it is closed.
#[derive(Debug)]
pub(crate) struct Ledger {
    space: Space,
    /// Held while something is measured and changed, so that two threads don't count the same bytes, and while a file
    /// is opened, so that nobody removes it before it is known to be open.
    open: Mutex<HashMap<Id, Open>>,
}

/// A file of which this plugin has handles.
#[derive(Debug, Default)]
struct Open {
    handles: usize,
    /// Whether its last name is gone.
    removed: bool,
}

impl Ledger {
    pub(crate) fn new(space: Space) -> Self {
        Self { space, open: Mutex::default() }
    }

    /// Takes the space for a new entry, and makes it.
    pub(crate) fn create<R>(&self, create: impl FnOnce() -> Result<R>) -> Result<R> {
        let _measuring = self.lock();
        self.space.take(ENTRY)?;
        create().inspect_err(|_| self.space.give(ENTRY))
    }

    /// Opens what is there, or makes it, and registers it if it is a file. `open` finds what is there, if that is
    /// wanted; `create` makes it, if that is.
    pub(crate) fn open<R>(
        &self,
        open: Option<impl FnOnce() -> Result<(R, Stat)>>,
        create: Option<impl FnOnce() -> Result<(R, Stat)>>,
    ) -> Result<(R, Stat)> {
        let mut files = self.lock();
        let found = open.map_or(Err(Errno::Noent), |open| open());
        let (opened, stat) = match (found, create) {
            // Only who creates it is told what is wrong with a name that leads on to nothing.
            (Err(Errno::Noent | Errno::Loop | Errno::Notdir), Some(create)) => {
                self.space.take(ENTRY)?;
                create().inspect_err(|_| self.space.give(ENTRY))?
            }
            (found, _) => found?,
        };
        if stat.is_file() {
            files.entry(stat.id()).or_default().handles += 1;
        }
        Ok((opened, stat))
    }

    /// Removes an entry and gives back what it took. `remove` returns what the entry was, if there was one.
    pub(crate) fn remove(&self, remove: impl FnOnce() -> Result<Option<Stat>>) -> Result<()> {
        let mut open = self.lock();
        let Some(removed) = remove()? else { return Ok(()) };
        self.space.give(ENTRY);
        if removed.is_file() && removed.links() <= 1 {
            match open.get_mut(&removed.id()) {
                Some(open) => open.removed = true,
                None => self.space.give(removed.len()),
            }
        }
        Ok(())
    }

    /// Changes a file's length from what it is to at most `wanted`, as far as there is space. `change` gets the length
    /// that the file had and the one that it may have, and returns the one that it has then.
    pub(crate) fn resize<R>(
        &self,
        measure: impl FnOnce() -> Result<u64>,
        wanted: impl FnOnce(u64) -> u64,
        change: impl FnOnce(u64, u64) -> (u64, R),
    ) -> Result<R> {
        let _measuring = self.lock();
        let before = measure()?;
        let wanted = wanted(before);
        let taken = self.space.take_some(wanted.saturating_sub(before));
        let (after, result) = change(before, wanted.min(before.saturating_add(taken)));
        self.space.give((before + taken).saturating_sub(after));
        Ok(result)
    }

    /// A handle is closed of a file. `measure` is asked for its length if that is needed.
    pub(crate) fn closed(&self, file: Id, measure: impl FnOnce() -> u64) {
        let mut open = self.lock();
        let Some(entry) = open.get_mut(&file) else { return };
        entry.handles -= 1;
        if entry.handles == 0 {
            let removed = entry.removed;
            open.remove(&file);
            if removed {
                self.space.give(measure());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Open>> {
        // Nothing panics while it holds the lock.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
