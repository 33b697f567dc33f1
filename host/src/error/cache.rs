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
    /// Somebody else could put code into it, which would then run here.
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
    /// Somebody else owns it, and could put code into it, which would then run here.
    #[error("the cache {} belongs to user {owner}, and this process runs as user {user}: name a folder of its own", folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who this process runs as.
        user: u32,
    },
    /// The operating system refuses something.
    #[error("can't {what}")]
    Io {
        /// What was tried.
        what: String,
        /// The operating system's word.
        source: io::Error,
    },
}
