//! Reading of files whose content is anybody's.

use crate::StoreError;
use crate::error::FileProblem;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

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
