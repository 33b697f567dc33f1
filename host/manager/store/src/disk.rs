//! Changes of files that are made as a whole or not at all, and reading of files whose content is anybody's.

use crate::StoreError;
use crate::error::FileProblem;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

#[cfg(test)]
pub(crate) mod faults;

/// Changes files. Each change is a step, and a test can let any step fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) faults: faults::Faults,
}

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// As the process has it.
    All,
    /// The user alone.
    Owner,
}

impl Disk {
    /// Before each change.
    fn step(&self) -> io::Result<()> {
        #[cfg(test)]
        self.faults.step()?;
        Ok(())
    }

    pub(crate) fn create_folder(&self, path: &Path) -> Result<(), StoreError> {
        let made = self.step().and_then(|()| fs::create_dir_all(path));
        made.map_err(StoreError::disk("make the folder", path))
    }

    /// Writes a file by way of another one beside it or in `unfinished`. After a crash there is the old or the new.
    pub(crate) fn replace(
        &self,
        path: &Path,
        unfinished: &Path,
        bytes: &[u8],
        readers: Readers,
    ) -> Result<(), StoreError> {
        let written = self.write(unfinished, bytes, readers).map_err(StoreError::disk("write", unfinished));
        let renamed = written.and_then(|()| {
            let renamed = self.step().and_then(|()| fs::rename(unfinished, path));
            renamed.map_err(StoreError::disk("write", path))
        });
        if renamed.is_err() {
            // What was written is of no use. If it can't be removed, it goes when the store is opened again.
            let _ = self.step().and_then(|()| fs::remove_file(unfinished));
            return renamed;
        }
        let folder = path.parent().unwrap_or(Path::new("/"));
        // The new name is there. It may be lost with the power until the folder is written, too.
        let synced = self.step().and_then(|()| File::open(folder)).and_then(|folder| folder.sync_all());
        synced.map_err(StoreError::disk("write", folder))
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
    pub(crate) fn remove(&self, path: &Path) -> Result<(), StoreError> {
        match self.step().and_then(|()| fs::remove_file(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::disk("remove", path)(error)),
            _ => Ok(()),
        }
    }

    /// Adds to the end of a file.
    pub(crate) fn append(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        file.write_all(bytes)
    }
}

/// Opens a file for reading, whatever it is: opening a pipe doesn't wait for its other end.
///
/// # Errors
/// [`StoreError::Disk`], and [`StoreError::File`] if it is no regular file.
pub(crate) fn open(path: &Path) -> Result<File, StoreError> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path);
    let file = opened.map_err(StoreError::disk("read", path))?;
    let metadata = file.metadata().map_err(StoreError::disk("read", path))?;
    if metadata.is_file() { Ok(file) } else { Err(StoreError::file(path, FileProblem::NotRegular)) }
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// [`StoreError::Disk`], and [`StoreError::File`] if the file is none or larger.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    read_open(&open(path)?, path, limit)
}

/// Reads the rest of an open file of at most `limit` bytes.
pub(crate) fn read_open(file: &File, path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let size = file.metadata().map_err(StoreError::disk("read", path))?.len();
    let mut bytes = Vec::with_capacity(size.min(limit).try_into().unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(StoreError::disk("read", path))?;
    match bytes.len() as u64 > limit {
        true => Err(StoreError::file(path, FileProblem::TooLarge(limit))),
        false => Ok(bytes),
    }
}

/// Reads a text of at most `limit` bytes, if the file is there.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<Option<String>, StoreError> {
    let bytes = match read(path, limit) {
        Err(StoreError::Disk { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    String::from_utf8(bytes).map(Some).map_err(|_| StoreError::file(path, FileProblem::NotText))
}
