//! The folder that a case has, and its walls.

use plugix_wall::{Enclosed, Need, Raised, Wall, WallError};
use std::fs::{create_dir_all, write};
use tempfile::TempDir;

/// Three folders: one to write, one to read, and one outside.
pub(crate) fn new() -> TempDir {
    let place = tempfile::tempdir().expect("there is a place");
    for folder in ["write/one", "write/other", "read", "outside"] {
        create_dir_all(place.path().join(folder)).expect("it is created");
        write(place.path().join(folder).join("file"), "text").expect("it is written");
    }
    place
}

/// A wall with gaps for two of them.
pub(crate) fn wall() -> Wall {
    Wall::new().read("read").write("write")
}

/// Raises a wall; where the kernel lacks a part, checks that this is said, and ends the case.
pub(crate) fn raise(wall: Wall) -> Raised {
    enclose(wall).seal().expect("it is sealed")
}

/// As [`raise`], the first step.
pub(crate) fn enclose(wall: Wall) -> Enclosed {
    let lacks = wall.lacks();
    match wall.need(Need::All).enclose() {
        Ok(enclosed) => {
            assert!(lacks.is_empty() && enclosed.lacks().is_empty());
            enclosed
        }
        Err(WallError::Lacks { lacks: told }) => {
            assert_eq!(told, lacks);
            std::process::exit(0)
        }
        Err(error) => panic!("{error:?}"),
    }
}
