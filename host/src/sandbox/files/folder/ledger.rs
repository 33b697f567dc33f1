//! The account of a folder that has a limit.

use super::stat::{Id, Stat};
use crate::sandbox::files::space::Space;
use crate::sandbox::files::volume::ENTRY;
use crate::sync::lock::lock;
use std::collections::HashMap;
use std::sync::Mutex;
use virtual_fs::Result;

/// Counts what a plugin has added to a folder. That may not exceed the limit. What the plugin removes, it may add
/// again.
///
/// A file that was removed while it is open takes its space until it is closed.
#[derive(Debug)]
pub(super) struct Ledger {
    space: Space,
    /// The lock is held while something is measured and changed, so that two threads don't count the same bytes.
    open: Mutex<HashMap<Id, Open>>,
}

/// A file that this plugin has open.
#[derive(Debug, Default)]
struct Open {
    handles: usize,
    /// Whether the file's last name is gone.
    removed: bool,
}

impl Ledger {
    pub(super) fn new(space: Space) -> Self {
        Self { space, open: Mutex::default() }
    }

    /// Takes the space for a new entry, and makes it.
    pub(super) fn create(&self, create: impl FnOnce() -> Result<()>) -> Result<()> {
        let _measuring = lock(&self.open);
        self.space.take(ENTRY)?;
        create().inspect_err(|_| self.space.give(ENTRY))
    }

    /// Removes an entry, and gives back the space that the entry took. `remove` returns what the entry was.
    pub(super) fn remove(&self, remove: impl FnOnce() -> Result<Option<Stat>>) -> Result<()> {
        let mut open = lock(&self.open);
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

    /// Changes a file's length to at most `wanted`, as far as there is space. `measure` returns the length before.
    /// `change` gets the length that the file may have, and returns the length that the file then has.
    pub(super) fn resize<R>(
        &self,
        measure: impl FnOnce() -> Result<u64>,
        wanted: u64,
        change: impl FnOnce(u64) -> (u64, R),
    ) -> Result<R> {
        let _measuring = lock(&self.open);
        let before = measure()?;
        let taken = self.space.take_some(wanted.saturating_sub(before));
        let (after, result) = change(wanted.min(before + taken));
        self.space.give((before + taken).saturating_sub(after));
        Ok(result)
    }

    pub(super) fn opened(&self, file: Id) {
        lock(&self.open).entry(file).or_default().handles += 1;
    }

    /// A handle of a file was closed, and the file has this length.
    pub(super) fn closed(&self, file: Id, len: u64) {
        let mut open = lock(&self.open);
        let Some(entry) = open.get_mut(&file) else { return };
        entry.handles -= 1;
        if entry.handles == 0 {
            let removed = entry.removed;
            open.remove(&file);
            if removed {
                self.space.give(len);
            }
        }
    }
}
