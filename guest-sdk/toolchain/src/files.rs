//! File operations on whole trees, with errors that name the path.

use std::fs;
use std::path::Path;

use crate::Error;

/// Copies a folder with everything below it; symbolic links are followed.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<(), Error> {
    create_dir(to)?;
    for entry in from.read_dir().map_err(Error::io("read", from))? {
        let source = entry.map_err(Error::io("read", from))?.path();
        let Some(name) = source.file_name() else { continue };
        let target = to.join(name);
        if source.is_dir() {
            copy_tree(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(Error::io("copy", &source))?;
        }
    }
    Ok(())
}

/// The bytes of all files below a path, without following symbolic links. What cannot be read counts as nothing.
pub(crate) fn size_of_tree(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let Ok(entries) = path.read_dir() else { return 0 };
    entries.flatten().map(|entry| size_of_tree(&entry.path())).sum()
}

/// Creates a folder and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(Error::io("create", path))
}

/// Removes whatever is there; nothing being there is fine.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
    let removed = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(Error::io("remove", path))
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io("read", path))
}

/// Writes a file.
pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), Error> {
    fs::write(path, contents).map_err(Error::io("write", path))
}
