//! The folder in which plugins are kept: its files, and how it gets from one state to the next.
//!
//! A change writes the module first and the lock file last. Whatever happens in between, the lock file names modules that
//! are there as a whole.

use crate::disk::{self, Disk, Readers};
use crate::error::FileProblem;
use crate::lock::{LOCK_MAX, Lock, LockError, Plugin};
use crate::signature::{Signatures, TEXT_MAX};
use crate::{ContentHash, StoreError};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A folder in which plugins are kept. Nobody else has it.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    pub(crate) disk: Disk,
    /// Locked.
    in_use: File,
}

/// A download that nobody went on with for so long is removed.
const ABANDONED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The lock file's name.
const LOCK: &str = "plugix.lock";

impl Home {
    /// Opens the folder, makes it if it isn't there, and removes what a crash has left.
    pub(crate) fn open(path: &Path, disk: Disk) -> Result<Self, StoreError> {
        disk.create_folder(path)?;
        let in_use = path.join("in-use.lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&in_use);
        let file = opened.map_err(StoreError::disk("open", &in_use))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { home: path.to_owned() }),
            Err(TryLockError::Error(reason)) => return Err(StoreError::disk("lock", &in_use)(reason)),
        }
        let home = Self { path: path.to_owned(), disk, in_use: file };
        for folder in ["modules", "unfinished", "partial"] {
            home.disk.create_folder(&path.join(folder))?;
        }
        for file in list(&path.join("unfinished"))? {
            home.disk.remove(&file)?;
        }
        for file in list(&path.join("partial"))?.into_iter().filter(|file| is_older(file, ABANDONED)) {
            home.disk.remove(&file)?;
        }
        Ok(home)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn unfinished(&self, name: &str) -> PathBuf {
        self.path.join("unfinished").join(name)
    }

    pub(crate) fn module_path(&self, hash: &ContentHash) -> PathBuf {
        self.path.join("modules").join(format!("{}.wasm", hash.hex()))
    }

    /// Reads a module, and checks that it is the one.
    pub(crate) fn module(&self, hash: &ContentHash, limit: u64) -> Result<Vec<u8>, StoreError> {
        let path = self.module_path(hash);
        let bytes = match disk::read(&path, limit) {
            Err(StoreError::Disk { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::ModuleMissing { hash: *hash, folder: self.path.join("modules") });
            }
            read => read?,
        };
        match ContentHash::of(&bytes) {
            found if found == *hash => Ok(bytes),
            found => Err(StoreError::ModuleChanged { path, found }),
        }
    }

    /// Keeps a module. One that is there already is replaced if it isn't as its name says.
    pub(crate) fn keep_module(&self, hash: &ContentHash, bytes: &[u8]) -> Result<(), StoreError> {
        if self.module(hash, bytes.len() as u64).is_ok() {
            return Ok(());
        }
        let unfinished = self.unfinished(&format!("{}.wasm", hash.hex()));
        Ok(self.disk.replace(&self.module_path(hash), &unfinished, bytes, Readers::All)?)
    }

    fn signatures_path(&self, hash: &ContentHash) -> PathBuf {
        self.module_path(hash).with_extension("minisig")
    }

    /// Keeps the signatures of a module, if there are any, for whoever adds it again.
    pub(crate) fn keep_signatures(&self, hash: &ContentHash, signatures: &Signatures) -> Result<(), StoreError> {
        let (path, text) = (self.signatures_path(hash), signatures.texts().concat());
        if text.is_empty() || disk::read_text(&path, TEXT_MAX).is_ok_and(|kept| kept.as_ref() == Some(&text)) {
            return Ok(());
        }
        let unfinished = self.unfinished(&format!("{}.minisig", hash.hex()));
        Ok(self.disk.replace(&path, &unfinished, text.as_bytes(), Readers::All)?)
    }

    /// The signatures that are kept of a module. They are allegations as they were when they came.
    pub(crate) fn signatures(&self, hash: &ContentHash) -> Signatures {
        let text = disk::read_text(&self.signatures_path(hash), TEXT_MAX).ok().flatten();
        text.and_then(|text| Signatures::parse(&text).ok()).unwrap_or_default()
    }

    pub(crate) fn write_lock(&self, lock: &Lock) -> Result<(), StoreError> {
        let path = self.path.join(LOCK);
        let text = lock.to_string();
        if text.len() as u64 > LOCK_MAX {
            return Err(StoreError::Lock { path, reason: LockError::TooLarge });
        }
        Ok(self.disk.replace(&path, &self.unfinished(LOCK), text.as_bytes(), Readers::All)?)
    }

    /// Removes the oldest of those modules that the lock file doesn't name, as long as they have more than `limit` bytes
    /// together.
    pub(crate) fn trim(&self, lock: &Lock, limit: u64) -> Result<(), StoreError> {
        let files = |plugin: &Plugin| [self.module_path(&plugin.hash), self.signatures_path(&plugin.hash)];
        let named: HashSet<_> = lock.plugins().values().flat_map(files).collect();
        let mut others = Vec::new();
        for file in list(&self.path.join("modules"))?.into_iter().filter(|file| !named.contains(file)) {
            let metadata = fs::symlink_metadata(&file).map_err(StoreError::disk("look at", &file))?;
            others.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), file));
        }
        others.sort();
        let mut size: u64 = others.iter().map(|(_, size, _)| size).sum();
        for (_, len, file) in others {
            if size <= limit {
                break;
            }
            self.disk.remove(&file)?;
            size -= len;
        }
        Ok(())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Closing isn't enough: a process that another thread is just starting has the file open for a moment, too.
        let _ = self.in_use.unlock();
    }
}

/// Reads the lock file of a folder, if there is one. Nobody has to have the folder for this.
pub(crate) fn read_lock(home: &Path) -> Result<Lock, StoreError> {
    let path = home.join(LOCK);
    let wrong = |reason| StoreError::Lock { path: path.clone(), reason };
    let text = match disk::read_text(&path, LOCK_MAX) {
        Err(StoreError::File { problem: FileProblem::TooLarge(_), .. }) => return Err(wrong(LockError::TooLarge)),
        read => read?,
    };
    text.map_or_else(|| Ok(Lock::default()), |text| Lock::parse(&text).map_err(wrong))
}

fn is_older(file: &Path, age: Duration) -> bool {
    let modified = fs::symlink_metadata(file).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|elapsed| elapsed > age))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = || StoreError::disk("list", folder);
    let entries = fs::read_dir(folder).map_err(failed())?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed())).collect()
}
