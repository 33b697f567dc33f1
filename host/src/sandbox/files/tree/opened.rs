//! Where the open files of a plugin are.

use crate::sync::lock::lock;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// An open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sandbox::files) struct FileId(u64);

/// The paths of all open files. wasmer-wasix removes an open file by its handle, and doesn't tell the handle when it
/// renames the file.
#[derive(Debug, Default)]
pub(super) struct Opened(Mutex<Paths>);

#[derive(Debug, Default)]
struct Paths {
    last: u64,
    paths: HashMap<FileId, PathBuf>,
}

impl Opened {
    pub(super) fn add(&self, path: &Path) -> FileId {
        let mut paths = lock(&self.0);
        paths.last += 1;
        let file = FileId(paths.last);
        paths.paths.insert(file, path.to_owned());
        file
    }

    pub(super) fn remove(&self, file: FileId) {
        lock(&self.0).paths.remove(&file);
    }

    pub(super) fn path(&self, file: FileId) -> Option<PathBuf> {
        lock(&self.0).paths.get(&file).cloned()
    }

    /// What was at `from` or below it is at `to` now.
    pub(super) fn moved(&self, from: &Path, to: &Path) {
        for path in lock(&self.0).paths.values_mut() {
            match path.strip_prefix(from) {
                Ok(below) if below.as_os_str().is_empty() => *path = to.to_owned(),
                Ok(below) => *path = to.join(below),
                Err(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_move_with_their_folders() {
        let opened = Opened::default();
        let (file, other) = (opened.add(Path::new("a/b/file")), opened.add(Path::new("a/bc")));
        opened.moved(Path::new("a/b"), Path::new("x"));
        assert_eq!(opened.path(file), Some("x/file".into()));
        opened.moved(Path::new("x/file"), Path::new("y"));
        assert_eq!(opened.path(file), Some("y".into()));
        assert_eq!(opened.path(other), Some("a/bc".into()));
        opened.remove(file);
        assert_eq!(opened.path(file), None);
    }
}
