//! Files, folders and links in memory.

use super::memory_file::{MemoryFile, Times};
use crate::files::space::Taken;
use crate::{Errno, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What has a number. All of them are in one list: nothing walks down a tree on the host's stack, however deep a plugin
/// makes it.
#[derive(Debug)]
pub(super) enum Node {
    File(Arc<MemoryFile>),
    Folder(Folder),
    Link(Link),
}

/// A symbolic link.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) target: Box<[u8]>,
    pub(super) times: Times,
    pub(super) links: u64,
}

/// A folder, which has one name.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) parent: u64,
    pub(super) times: Times,
    /// How many of its entries are folders.
    pub(super) folders: u64,
    names: BTreeMap<Box<[u8]>, u64>,
    /// By a number that is never given again, in the order in which they were made: a list that is read in several
    /// pieces goes on where it was, whatever came and went.
    entries: BTreeMap<u64, Entry>,
    next: u64,
}

/// A name. It takes space until it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Box<[u8]>,
    pub(super) node: u64,
    pub(super) taken: Taken,
}

/// The number of a folder's first entry: `.` and `..` are the ones before.
pub(super) const FIRST: u64 = 2;

impl Folder {
    pub(super) fn new(parent: u64) -> Self {
        let (names, entries) = (BTreeMap::new(), BTreeMap::new());
        Self { parent, times: Times::now(), folders: 0, names, entries, next: FIRST }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<u64> {
        Some(self.entries.get(self.names.get(name)?)?.node)
    }

    /// The entries from a number on.
    pub(super) fn from(&self, number: u64) -> impl Iterator<Item = (u64, &Entry)> {
        self.entries.range(number..).map(|(number, entry)| (*number, entry))
    }

    /// Adds an entry under a name that is free.
    pub(super) fn insert(&mut self, entry: Entry) {
        self.names.insert(entry.name.clone(), self.next);
        self.entries.insert(self.next, entry);
        self.next += 1;
        self.times.wrote();
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> Result<Entry> {
        let number = self.names.remove(name).ok_or(Errno::Noent)?;
        self.times.wrote();
        self.entries.remove(&number).ok_or(Errno::Noent)
    }
}
