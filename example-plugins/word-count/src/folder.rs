//! Files and folders, with errors that name them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use word_count_interface::CountError;

/// All files in a folder and in the folders in it.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CountError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
            let path = entry.map_err(unreadable(&folder))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

/// A file's text.
pub(crate) fn read(file: &Path) -> Result<String, CountError> {
    fs::read_to_string(file).map_err(unreadable(file))
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> CountError {
    move |problem| CountError::Unreadable { path: path.display().to_string(), problem: problem.to_string() }
}
