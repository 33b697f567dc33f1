//! Something that can be mounted.

use super::content::Content;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use virtual_fs::{FsError, Metadata, OpenOptionsConfig, Result};

/// wasmer-wasix turns this error into "no space left on device".
pub(super) const NO_SPACE: FsError = FsError::WriteZero;

/// How many bytes of a limit a new file, folder or link takes besides its content. An entry takes a place on the host's
/// disk, and wasmer-wasix remembers it in the host's memory.
pub(super) const ENTRY: u64 = 4096;

/// How many entries a folder may have if it is to be listed. Each time a plugin asks for some entries, wasmer-wasix
/// makes a list of all of them in the host's memory.
pub(super) const MAX_ENTRIES: usize = 1 << 16;

/// Something that has files. Paths are relative to it, and consist of names only. The empty path is the root. The root
/// always exists, and is only looked at.
pub(super) trait Volume: fmt::Debug + Send + Sync {
    /// Looks at what is at the path. Follows a link if `follow`.
    fn metadata(&self, path: &Path, follow: bool) -> Result<Metadata>;

    fn read_link(&self, path: &Path) -> Result<PathBuf>;

    /// Returns the names, and the type of each entry. The other metadata is not filled in.
    fn read_dir(&self, path: &Path) -> Result<Vec<(OsString, Metadata)>>;

    fn create_dir(&self, path: &Path) -> Result<()>;

    fn create_symlink(&self, target: &Path, path: &Path) -> Result<()>;

    /// Moves an entry. Replaces what is at the new place, if that can be replaced.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    fn remove_file(&self, path: &Path) -> Result<()>;

    fn remove_dir(&self, path: &Path) -> Result<()>;

    /// Opens a file. Nothing but a file can be opened.
    fn open(&self, path: &Path, how: &OpenOptionsConfig) -> Result<Box<dyn Content>>;
}
