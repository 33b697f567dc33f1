//! Why a folder can't be a cache.

use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// Why a folder can't be a cache of compiled modules.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum CacheError {
    /// Nothing says where the user's cache is.
    #[error("there is no place for a cache: neither `XDG_CACHE_HOME` nor `HOME` names a folder")]
    NoFolder,
    /// Others could put code into the folder, and that code would run here.
    #[error(
        "the cache {} has mode {mode:03o}, so others than its owner can put code into it: `chmod go-w` it, or name \
         another folder",
        folder.display()
    )]
    OthersCanWrite {
        /// The folder.
        folder: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Somebody else owns the folder, and could put code into it. That code would run here.
    #[error("the cache {} belongs to user {owner}, and this process runs as user {user}: name a folder of its own", folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The number of the user who owns the folder.
        owner: u32,
        /// The number of the user that this process runs as.
        user: u32,
    },
    /// The operating system refused something.
    #[error("can't {what}")]
    Io {
        /// What the host tried.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
}
