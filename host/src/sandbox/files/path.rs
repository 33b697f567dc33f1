//! Paths as plugins give them.

use std::path::{Component, Path, PathBuf};
use virtual_fs::{FsError, Result};

/// Longest path in bytes, as on Linux.
pub(crate) const MAX_PATH: usize = 4096;

/// Longest name in bytes, as in most file systems.
const MAX_NAME: usize = 255;

/// Deepest folder. What goes through the levels of a plugin's folders one by one does so on the host's stack.
const MAX_DEPTH: usize = 128;

/// Checks a path that begins at the plugin's root, and returns it relative to that: names only.
pub(super) fn plain(path: &Path) -> Result<PathBuf> {
    let mut names = PathBuf::new();
    if path.as_os_str().len() > MAX_PATH {
        return Err(FsError::InvalidInput);
    }
    for (depth, part) in path.components().enumerate() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) if name.len() <= MAX_NAME && depth <= MAX_DEPTH => names.push(name),
            _ => return Err(FsError::InvalidInput),
        }
    }
    Ok(names)
}

/// Where a path leads if there are no links, relative to the plugin's root, above which there is nothing.
pub(super) fn resolved(path: &Path) -> PathBuf {
    let mut names = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = names.pop(),
            Component::Normal(name) => names.push(name),
            _ => {}
        }
    }
    names
}

/// Whether a link with that target stays below the folder that it is in, wherever that is moved: so that nobody who
/// follows the links that a plugin made leaves the mount, the host's own programs included.
pub(super) fn leads_down(target: &Path) -> bool {
    target.as_os_str().len() <= MAX_PATH
        && target.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_bounded_length_and_depth() {
        assert_eq!(plain(Path::new("/a/./b")).ok(), Some("a/b".into()));
        assert_eq!(plain(Path::new("/")).ok(), Some(PathBuf::new()));
        let long = "n".repeat(MAX_NAME + 1);
        let deep = "/d".repeat(MAX_DEPTH + 1);
        for refused in ["/a/../b", &long, &deep] {
            assert!(plain(Path::new(refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn paths_are_resolved_without_looking() {
        for (path, expected) in [("a/../b", "b"), ("/a/./b/", "a/b"), ("../../a", "a"), ("a/..", "")] {
            assert_eq!(resolved(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn links_lead_down() {
        assert!(leads_down(Path::new("a/./b")));
        for refused in ["/a", "..", "a/../b", "../a"] {
            assert!(!leads_down(Path::new(refused)), "{refused}");
        }
    }
}
