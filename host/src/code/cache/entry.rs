//! The content of a cache, as people see it.

use super::folder::Folder;
use crate::code::artifact::{Header, Origin};
use std::io;
use std::time::SystemTime;

/// The file name of every entry ends with this.
const EXTENSION: &str = ".plugix";

/// A compiled module in a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The file's name in the folder.
    pub file: String,
    /// The file's size in bytes.
    pub size: u64,
    /// When the module was last loaded.
    pub used: SystemTime,
    /// The name that the module had when it was compiled. `None` if the file is damaged.
    pub module: Option<String>,
    /// What compiled the module. `None` if the file is damaged.
    pub origin: Option<Origin>,
}

/// The name of the file for a key.
pub(super) fn file_name(key: crate::code::artifact::CacheKey) -> String {
    key.to_hex() + EXTENSION
}

/// Whether a file is an entry. Other files in the folder are left alone.
pub(super) fn is_entry(name: &str) -> bool {
    name.strip_suffix(EXTENSION).is_some_and(|key| key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// All entries. Only their headers are read.
pub(super) fn entries(folder: &Folder) -> io::Result<Vec<CacheEntry>> {
    let mut entries = Vec::new();
    for listed in folder.list()? {
        if !is_entry(&listed.name) {
            continue;
        }
        let header = folder.file(&listed.name).ok().flatten().and_then(|mut file| Header::read(&mut file).ok()?.ok());
        let (module, origin) = header.map(|header| (header.name, header.origin)).unzip();
        entries.push(CacheEntry { file: listed.name, size: listed.size, used: listed.modified, module, origin });
    }
    Ok(entries)
}
