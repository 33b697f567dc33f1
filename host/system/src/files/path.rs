//! Paths as plugins give them.

use crate::{Errno, Result};

/// One byte more than the longest path has, as on Linux.
pub(crate) const MAX_PATH: usize = 4096;

/// How many links a path may lead through, as on Linux.
pub(crate) const MAX_LINKS: usize = 40;

/// Fails for what is no path at all.
pub(crate) fn check(path: &[u8]) -> Result<()> {
    match path {
        [] => Err(Errno::Noent),
        _ if path.len() >= MAX_PATH => Err(Errno::Nametoolong),
        _ if path.contains(&0) => Err(Errno::Inval),
        _ => Ok(()),
    }
}

/// The path of the folder that something is in, and its name there: the last part of the path, with the slashes behind
/// it. Either may be empty.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    match path[..end].iter().rposition(|byte| *byte == b'/') {
        Some(slash) => path.split_at(slash + 1),
        None if end == 0 => (path, b""),
        None => (b"", path),
    }
}

/// A name without the slashes behind it.
pub(crate) fn trimmed(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    &name[..end]
}

/// A path joined to that of a folder, to be shown to the host.
pub(crate) fn joined(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let mut shown: Vec<u8> = Vec::new();
    let parts = folder.split(|byte| *byte == b'/').filter(|_| !path.starts_with(b"/"));
    for part in parts.chain(path.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => shown.truncate(shown.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
            name => {
                shown.push(b'/');
                shown.extend_from_slice(name);
            }
        }
    }
    if shown.is_empty() { b"/".to_vec() } else { shown }
}

/// How many folders a link's target leads up before it leads down. There is none if it is absolute, or goes up again
/// after that: where the names lead that it goes through can't be known.
pub(crate) fn climb(target: &[u8]) -> Option<usize> {
    if target.starts_with(b"/") {
        return None;
    }
    let parts = || target.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    let up = parts().take_while(|part| *part == b"..").count();
    parts().skip(up).all(|part| part != b"..").then_some(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_the_last_name() {
        for (path, folder, name) in [
            ("a", "", "a"),
            ("a/", "", "a/"),
            ("/a", "/", "a"),
            ("a//b//", "a//", "b//"),
            ("/", "/", ""),
            ("..", "", ".."),
        ] {
            assert_eq!(split(path.as_bytes()), (folder.as_bytes(), name.as_bytes()), "{path}");
        }
    }

    #[test]
    fn paths_are_joined_without_looking() {
        for (folder, path, expected) in [
            ("/", "a/../b", "/b"),
            ("/a", "./b/", "/a/b"),
            ("/a", "../../b", "/b"),
            ("/a/b", "/c", "/c"),
            ("/a", "..", "/"),
        ] {
            assert_eq!(joined(folder.as_bytes(), path.as_bytes()), expected.as_bytes(), "{folder} {path}");
        }
    }

    #[test]
    fn links_climb_first() {
        for (target, expected) in [
            ("a/./b", Some(0)),
            ("../../a", Some(2)),
            ("./..", Some(1)),
            ("/a", None),
            ("a/../b", None),
            ("../a/..", None),
        ] {
            assert_eq!(climb(target.as_bytes()), expected, "{target}");
        }
    }
}
