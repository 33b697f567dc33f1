//! Changes of files that are made as a whole or not at all, and reading of files whose content is anybody's.

mod read;

pub(crate) use read::{open, read, read_open, read_text};

use crate::StoreError;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error as ThisError;

/// Changes files, each as a whole or not at all. Modules, the lock file, grants and states are all written by it.
///
/// A change has several steps. [`Disk::before_each_step`] lets a test see that nothing is lost at any of them.
#[derive(Clone, Default)]
pub struct Disk {
    before: Option<Arc<Before>>,
}

type Before = dyn Fn() -> io::Result<()> + Send + Sync;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// As the process has it.
    All,
    /// The user alone.
    Owner,
}

/// A file can't be changed. It is as it was.
#[derive(Debug, ThisError)]
#[error("can't {what} {}", path.display())]
#[non_exhaustive]
pub struct DiskError {
    /// What was tried.
    pub what: &'static str,
    /// With what.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub reason: io::Error,
}

impl Disk {
    /// A disk that asks before each step of each change. If the answer is an error, the step fails with it: the disk is full,
    /// or the process is dead from then on.
    pub fn before_each_step(before: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { before: Some(Arc::new(before)) }
    }

    /// Before each change.
    fn step(&self) -> io::Result<()> {
        self.before.as_ref().map_or(Ok(()), |before| before())
    }

    /// Makes a folder, and those that lead to it.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn create_folder(&self, path: &Path) -> Result<(), DiskError> {
        let made = self.step().and_then(|()| fs::create_dir_all(path));
        made.map_err(failed("make the folder", path))
    }

    /// Writes a file by way of another one, `unfinished`, in the same file system. After a crash there is the old file or the
    /// new one, and perhaps an unfinished one, which the next change of this file overwrites.
    ///
    /// # Errors
    /// What the operating system says. If only the last step failed, the file is the new one already.
    pub fn replace(&self, path: &Path, unfinished: &Path, bytes: &[u8], readers: Readers) -> Result<(), DiskError> {
        let written = self.write(unfinished, bytes, readers).map_err(failed("write", unfinished));
        let renamed = written.and_then(|()| {
            let renamed = self.step().and_then(|()| fs::rename(unfinished, path));
            renamed.map_err(failed("write", path))
        });
        if renamed.is_err() {
            // What was written is of no use. If it can't be removed, it goes when the store is opened again.
            let _ = self.step().and_then(|()| fs::remove_file(unfinished));
            return renamed;
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The new name is there. It may be lost with the power until the folder is written, too.
        let synced = self.step().and_then(|()| File::open(folder)).and_then(|folder| folder.sync_all());
        synced.map_err(failed("write", folder))
    }

    fn write(&self, path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
        self.step()?;
        let mode = if readers == Readers::Owner { 0o600 } else { 0o666 };
        let _ = fs::remove_file(path);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        let (first, second) = bytes.split_at(bytes.len() / 2);
        file.write_all(first)?;
        self.step()?;
        file.write_all(second)?;
        self.step()?;
        file.sync_all()
    }

    /// Removes a file, if there is one.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove(&self, path: &Path) -> Result<(), DiskError> {
        match self.step().and_then(|()| fs::remove_file(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
            _ => Ok(()),
        }
    }

    /// Adds to the end of a file.
    pub(crate) fn append(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        file.write_all(bytes)
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError + use<> {
    let path = path.to_owned();
    move |reason| DiskError { what, path, reason }
}

impl From<DiskError> for StoreError {
    fn from(DiskError { what, path, reason }: DiskError) -> Self {
        Self::Disk { what, path, reason }
    }
}
