//! What can be mounted.

use super::content::Content;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use virtual_fs::{FsError, Metadata, OpenOptionsConfig, Result};

/// What wasmer-wasix makes "no space left on device" of.
pub(super) const NO_SPACE: FsError = FsError::WriteZero;

/// What a new file, folder or link takes of a limit besides what is in it, in bytes: its place on the host's disk, and
/// what wasmer-wasix remembers of it in the host's memory.
pub(super) const ENTRY: u64 = 4096;

/// Entries that a folder may have to be listed: wasmer-wasix makes a list of them in the host's memory each time that a
/// plugin asks for some.
pub(super) const MAX_ENTRIES: usize = 1 << 16;

/// Something that has files. Paths are relative to it and consist of names only; the empty path is its root, which
/// always exists and is only looked at.
pub(super) trait Volume: fmt::Debug + Send + Sync {
    /// Looks at what is there; through a link if `follow`.
    fn metadata(&self, path: &Path, follow: bool) -> Result<Metadata>;

    fn read_link(&self, path: &Path) -> Result<PathBuf>;

    /// Names, and what each is. The rest of their metadata is not filled in.
    fn read_dir(&self, path: &Path) -> Result<Vec<(OsString, Metadata)>>;

    fn create_dir(&self, path: &Path) -> Result<()>;

    fn create_symlink(&self, target: &Path, path: &Path) -> Result<()>;

    /// Moves, and replaces what was there if it can be.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    fn remove_file(&self, path: &Path) -> Result<()>;

    fn remove_dir(&self, path: &Path) -> Result<()>;

    /// Opens a file. Nothing but a file can be opened.
    fn open(&self, path: &Path, how: &OpenOptionsConfig) -> Result<Box<dyn Content>>;
}
