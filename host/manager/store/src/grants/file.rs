//! The file of grants.

use super::text::{read, write};
use super::{Grant, GrantsError, Origin};
use crate::disk::{self, Disk, DiskError, Readers};
use crate::{ContentHash, StoreError};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const MAX_LEN: u64 = 16 << 20;

/// Who may do what, kept in a file or in memory.
#[derive(Debug, Default)]
pub struct Grants {
    path: Option<PathBuf>,
    disk: Disk,
    entries: Vec<Entry>,
}

/// What one module may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) origin: Origin,
    pub(super) hash: ContentHash,
    pub(super) grant: Grant,
}

impl Grants {
    /// Keeps nothing beyond the process.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Reads a file. There need not be one yet.
    ///
    /// # Errors
    /// [`GrantsError::Io`] if it can't be read, [`GrantsError::Text`] with the line if it is damaged.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, GrantsError> {
        Self::open_on(path, Disk::default())
    }

    /// Does the same, and changes the file by `disk`.
    fn open_on(path: impl Into<PathBuf>, disk: Disk) -> Result<Self, GrantsError> {
        let path = path.into();
        Ok(Self { entries: load(&path)?, path: Some(path), disk })
    }

    /// Reads the grants of a store's folder, `grants.toml`. There need not be any yet.
    ///
    /// # Errors
    /// Those of [`Grants::open`].
    pub fn of_home(home: impl AsRef<Path>) -> Result<Self, GrantsError> {
        Self::of_home_on(home.as_ref(), Disk::default())
    }

    pub(crate) fn of_home_on(home: &Path, disk: Disk) -> Result<Self, GrantsError> {
        Self::open_on(home.join("grants.toml"), disk)
    }

    /// What was granted to a module.
    pub fn get(&self, origin: &Origin, hash: &ContentHash) -> Option<&Grant> {
        let entry = self.entries.iter().find(|entry| entry.origin == *origin && entry.hash == *hash);
        entry.map(|entry| &entry.grant)
    }

    /// What was granted last to a module of this origin.
    pub(super) fn last(&self, origin: &Origin) -> Option<&Grant> {
        self.entries.iter().rev().find(|entry| entry.origin == *origin).map(|entry| &entry.grant)
    }

    /// All that was granted: to whom, and what.
    pub fn iter(&self) -> impl Iterator<Item = (&Origin, &ContentHash, &Grant)> {
        self.entries.iter().map(|entry| (&entry.origin, &entry.hash, &entry.grant))
    }

    /// Keeps what a module is granted, in the place of what it was granted before.
    ///
    /// # Errors
    /// [`GrantsError::Io`] or [`GrantsError::Text`]. Then the file is as it was.
    pub fn set(&mut self, origin: &Origin, hash: &ContentHash, grant: Grant) -> Result<(), GrantsError> {
        let entry = Entry { origin: origin.clone(), hash: *hash, grant };
        self.change(|entries| {
            entries.retain(|kept| kept.origin != entry.origin || kept.hash != entry.hash);
            entries.push(entry);
        })
    }

    /// Forgets what was granted to modules of an origin, and what was refused. They are asked again.
    ///
    /// # Errors
    /// [`GrantsError::Io`] or [`GrantsError::Text`]. Then the file is as it was.
    pub fn forget(&mut self, origin: &Origin) -> Result<(), GrantsError> {
        self.change(|entries| entries.retain(|kept| kept.origin != *origin))
    }

    /// Changes the entries, those that another process has written meanwhile as well.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<(), GrantsError> {
        let Some(path) = &self.path else {
            change(&mut self.entries);
            return Ok(());
        };
        if let Some(folder) = path.parent() {
            self.disk.create_folder(folder)?;
        }
        let mut lock = fd_lock::RwLock::new(lock_file(path)?);
        let _held = lock.write().map_err(failed("lock", path))?;
        let mut entries = load(path)?;
        change(&mut entries);
        // Values of variables may be secrets.
        let saved = self.disk.replace(path, &beside(path, ".new"), write(&entries).as_bytes(), Readers::Owner);
        if let Err(error) = saved {
            // The very last step may have failed, and the file be the new one.
            if let Ok(entries) = load(path) {
                self.entries = entries;
            }
            return Err(error.into());
        }
        self.entries = entries;
        Ok(())
    }
}

fn load(path: &Path) -> Result<Vec<Entry>, GrantsError> {
    let text = disk::read_text(path, MAX_LEN).map_err(|error| match error {
        StoreError::Disk { reason, .. } => failed("read", path)(reason),
        other => failed("read", path)(io::Error::other(other)),
    })?;
    text.map_or_else(|| Ok(Vec::new()), |text| Ok(read(&text, Some(path))?))
}

/// The file that is locked while the grants are changed. The grants' own file is another one after each change.
fn lock_file(path: &Path) -> Result<File, GrantsError> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(beside(path, ".lock"));
    opened.map_err(failed("lock", path))
}

/// A file whose name goes on where another one's ends.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GrantsError {
    move |source| GrantsError::Io { what, path: path.to_owned(), source }
}

impl From<DiskError> for GrantsError {
    fn from(DiskError { what, path, reason }: DiskError) -> Self {
        Self::Io { what, path, source: reason }
    }
}
