//! What is in a folder. A test compares two snapshots to see whether anything has changed.

use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Everything below a folder: its kind, its content or its target, when it changed, and which file it is.
///
/// # Errors
/// If something can't be read.
pub fn snapshot(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        let content = match metadata.file_type() {
            kind if kind.is_symlink() => fs::read_link(&path)?.into_os_string().into_encoded_bytes(),
            kind if kind.is_file() => fs::read(&path)?,
            _ => Vec::new(),
        };
        let kind = metadata.mode();
        let inode = metadata.ino();
        let links = metadata.nlink();
        let what = format!("{kind:o} {inode} {links} {:?} {}", metadata.modified()?, content.escape_ascii());
        found.insert(path.display().to_string(), what);
        if metadata.is_dir() {
            found.append(&mut snapshot(&path)?);
        }
    }
    Ok(found)
}
