//! Files.

use crate::Case;
use crate::calls::error;
use crate::place::{raise, wall};
use libc::{EACCES, EXDEV};
use plugix_wall::{Wall, WallError};
use rustix::fs::{CWD, symlinkat};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::os::unix::process::parent_id;

pub(crate) const CASES: &[Case] = &[
    ("files_outside_are_closed", outside),
    ("folders_to_read_are_not_written", read_only),
    ("folders_to_write_are_written", written),
    ("files_stay_where_they_may", moved),
    ("one_file_can_be_open", one_file),
    ("a_path_that_is_not_there_is_told", missing),
];

fn outside() {
    let parent = format!("/proc/{}/mem", parent_id());
    symlink("../outside/file", "write/before").expect("it is made");
    raise(wall());
    for path in ["/etc/passwd", "outside/file", "read/../outside/file", "/proc/1/mem", "/proc/self/mem", &parent, "/"] {
        assert_eq!(error(File::open(path)), EACCES, "{path}");
    }
    assert_eq!(error(File::create("outside/new")), EACCES);
    assert_eq!(error(fs::read_dir("outside")), EACCES);
    assert_eq!(error(File::open("write/before")), EACCES);
    symlinkat("../outside/file", CWD, "write/link").expect("a link leads nowhere by itself");
    assert_eq!(error(File::open("write/link")), EACCES);
    assert_eq!(error(fs::set_permissions("outside/file", mode())), libc::EPERM);
}

fn mode() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o777)
}

fn read_only() {
    raise(wall());
    assert_eq!(fs::read_to_string("read/file").expect("it is read"), "text");
    assert_eq!(fs::read_dir("read").expect("it is listed").count(), 1);
    assert_eq!(error(fs::write("read/file", "other")), EACCES);
    assert_eq!(error(fs::write("read/new", "other")), EACCES);
    assert_eq!(error(OpenOptions::new().append(true).open("read/file")), EACCES);
    assert_eq!(error(fs::remove_file("read/file")), EACCES);
    assert_eq!(error(fs::create_dir("read/folder")), EACCES);
    assert_eq!(error(fs::rename("read/file", "read/other")), EACCES);
    assert_eq!(symlinkat("file", CWD, "read/link"), Err(Errno::ACCESS));
    assert_eq!(fs::read_to_string("read/file").expect("it is read"), "text");
}

fn written() {
    raise(wall());
    fs::write("write/new", "first, and longer").expect("it is written");
    fs::write("write/new", "second").expect("it is cut off");
    fs::rename("write/new", "write/old").expect("it is renamed");
    fs::rename("write/old", "write/one/old").expect("it moves");
    assert_eq!(fs::read_to_string("write/one/old").expect("it is read"), "second");
    fs::create_dir("write/folder").expect("it is created");
    fs::remove_dir("write/folder").expect("it is removed");
    fs::remove_dir_all("write/other").expect("it is removed");
    assert_eq!(fs::metadata("write/other").expect_err("it is gone").kind(), ErrorKind::NotFound);
}

fn moved() {
    raise(wall());
    for (from, to) in [("write/one/file", "outside/new"), ("write/one/file", "read/new"), ("outside/file", "write/new")]
    {
        let error = error(fs::rename(from, to));
        assert!([EACCES, EXDEV].contains(&error), "{from} to {to}: {error}");
    }
    assert_eq!(fs::read_to_string("write/one/file").expect("it is there"), "text");
}

fn one_file() {
    raise(Wall::new().read("read/file").write("write/one/file"));
    assert_eq!(fs::read_to_string("read/file").expect("it is read"), "text");
    fs::write("write/one/file", "other").expect("it is written");
    assert_eq!(error(fs::read_dir("read")), EACCES);
    assert_eq!(error(fs::remove_file("write/one/file")), EACCES);
}

fn missing() {
    let wall = Wall::new().read("nowhere");
    if !wall.lacks().is_empty() {
        return;
    }
    match wall.enclose() {
        Err(WallError::Path { path, source }) => {
            assert_eq!((path.to_str(), source.kind()), (Some("nowhere"), ErrorKind::NotFound));
        }
        other => panic!("{other:?}"),
    }
}
