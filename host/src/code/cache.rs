//! Compiled modules that are kept in a folder, for later processes.
//!
//! A file for each, by the hash of the module and of all that its code depends on. Files are written beside their place
//! and renamed, so that every process finds a whole one or none. They aren't flushed to the disk: what a power failure
//! tears shows as damage, and is compiled anew.

mod entry;
mod eviction;
mod folder;
mod kept;

pub use entry::CacheEntry;
pub(crate) use kept::Kept;

use crate::error::CacheError;
use folder::Folder;
use std::path::{Path, PathBuf};

/// The folder in the user's cache.
const USER: &str = "plugix-modules";

/// Bytes that a cache takes at the most unless it is told otherwise.
const MAX_SIZE: u64 = 1 << 30;

/// A folder of compiled modules, for [`EngineBuilder::cache`](crate::EngineBuilder::cache). Any number of processes can
/// share it. It must be the user's own: what is in it is run.
///
/// A folder that can't be read or written is no error: modules are then compiled each time, and a warning says so once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    max_size: u64,
}

impl Cache {
    /// A folder, which is made if there is none.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), max_size: MAX_SIZE }
    }

    /// The folder `plugix-modules` in the user's cache, which is `XDG_CACHE_HOME` or `~/.cache`.
    ///
    /// # Errors
    /// [`CacheError::NoFolder`] if no variable names that.
    pub fn user() -> Result<Self, CacheError> {
        // The specification wants relative paths to be ignored.
        let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
        Ok(Self::at(cache.ok_or(CacheError::NoFolder)?.join(USER)))
    }

    /// Limits how many bytes are kept; 1 GiB unless set. When a module is added, those that nobody used for the longest
    /// time make room.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    /// The folder, which may not exist yet.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is in the cache, the latest used first; nothing if there is no folder.
    ///
    /// # Errors
    /// The variant of [`CacheError`] that says why it can't be looked at.
    pub fn entries(&self) -> Result<Vec<CacheEntry>, CacheError> {
        let Some(folder) = Folder::open(&self.folder)? else { return Ok(Vec::new()) };
        let mut entries = entry::entries(&folder).map_err(|source| self.io("list", source))?;
        entries.sort_by(|a, b| b.used.cmp(&a.used).then_with(|| a.file.cmp(&b.file)));
        Ok(entries)
    }

    /// Removes all that is in the cache. Processes that use it go on with what they have loaded.
    ///
    /// # Errors
    /// The variant of [`CacheError`] that says why not everything could be removed.
    pub fn clear(&self) -> Result<(), CacheError> {
        let Some(folder) = Folder::open(&self.folder)? else { return Ok(()) };
        eviction::clear(&folder).map_err(|source| self.io("clear", source))
    }

    fn io(&self, what: &str, source: std::io::Error) -> CacheError {
        CacheError::Io { what: format!("{what} the cache {}", self.folder.display()), source }
    }
}
