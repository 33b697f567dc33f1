//! Paths as plugins give them.

use std::path::{Component, Path, PathBuf};
use virtual_fs::{FsError, Result};

/// The longest path in bytes, as on Linux.
pub(crate) const MAX_PATH: usize = 4096;

/// The longest name in bytes, as in most file systems.
const MAX_NAME: usize = 255;

/// The deepest folder. Some code recurses through a plugin's folders, one level at a time, on the host's stack.
const MAX_DEPTH: usize = 128;

/// Checks a path that begins at the plugin's root. Returns the path relative to the root. It has names only.
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

/// Where a path leads if there are no links, relative to the plugin's root. Nothing is above the root.
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

/// Whether a link with this target stays below the link's folder, wherever that folder is moved. So nobody leaves the
/// mount by following links that a plugin made. That includes the host's own programs.
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
