//! Temporary files and folders.

use std::io::{Read, Seek, Write};

fn main() {
    let mut named = tempfile::NamedTempFile::new_in("/data").unwrap();
    named.write_all(b"text").unwrap();
    let path = named.path().to_owned();
    assert_eq!(std::fs::read(&path).unwrap(), b"text");
    drop(named);
    assert!(!path.exists());
    let kept = tempfile::NamedTempFile::new_in("/data").unwrap();
    kept.persist("/data/kept").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().to_owned();
    folder.close().unwrap();
    assert!(!path.exists());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"nameless").unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "nameless");
    println!("ok");
}
