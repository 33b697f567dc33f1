//! Compiled modules that a folder keeps for later processes.
//!
//! There is one file for each module. Its name is the hash of the module and of everything that the code depends on. A
//! file is written beside its place and then renamed. So every process finds a whole file or none. Files aren't flushed
//! to the disk. If a power failure tears a file, that shows as damage, and the module is compiled anew.

mod entry;
mod eviction;
mod folder;
mod kept;

pub use entry::CacheEntry;
pub(crate) use kept::Kept;

use crate::error::CacheError;
use folder::Folder;
use std::path::{Path, PathBuf};

/// The name of the folder in the user's cache.
const USER: &str = "plugix-modules";

/// How many bytes a cache takes at most by default.
const MAX_SIZE: u64 = 1 << 30;

/// A folder of compiled modules, for [`EngineBuilder::cache`](crate::engine::EngineBuilder::cache). Any number of
/// processes can share it. The folder must belong to the user alone, because the code in it is run.
///
/// It is no error if the folder can't be read or written. Modules are then compiled each time, and a warning says so
/// once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    max_size: u64,
}

impl Cache {
    /// A cache in this folder. The folder is made if it doesn't exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), max_size: MAX_SIZE }
    }

    /// A cache in the folder `plugix-modules` of the user's cache. That is `XDG_CACHE_HOME`, or else `~/.cache`.
    ///
    /// # Errors
    /// [`CacheError::NoFolder`] if neither variable names a folder.
    pub fn user() -> Result<Self, CacheError> {
        // The specification says that relative paths are ignored.
        let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
        Ok(Self::at(cache.ok_or(CacheError::NoFolder)?.join(USER)))
    }

    /// Limits how many bytes are kept. The default is 1 GiB. When a module is added, the modules that nobody has used
    /// for the longest time make room.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    /// The folder. It may not exist yet.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is in the cache, the last used module first. Empty if the folder doesn't exist.
    ///
    /// # Errors
    /// The variant of [`CacheError`] that says why the folder can't be listed.
    pub fn entries(&self) -> Result<Vec<CacheEntry>, CacheError> {
        let Some(folder) = Folder::open(&self.folder)? else { return Ok(Vec::new()) };
        let mut entries = entry::entries(&folder).map_err(|source| self.io("list", source))?;
        entries.sort_by(|a, b| b.used.cmp(&a.used).then_with(|| a.file.cmp(&b.file)));
        Ok(entries)
    }

    /// Removes everything that is in the cache. Processes that use the cache go on with what they have loaded.
    ///
    /// # Errors
    /// The variant of [`CacheError`] that says why something could not be removed.
    pub fn clear(&self) -> Result<(), CacheError> {
        let Some(folder) = Folder::open(&self.folder)? else { return Ok(()) };
        eviction::clear(&folder).map_err(|source| self.io("clear", source))
    }

    fn io(&self, what: &str, source: std::io::Error) -> CacheError {
        CacheError::Io { what: format!("{what} the cache {}", self.folder.display()), source }
    }
}
