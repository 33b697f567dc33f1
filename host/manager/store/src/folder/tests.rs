//! Folders with modules, and with what isn't one.

use super::*;
use plugix_e2e_registry::module;
use std::fs;
use std::time::{Duration, SystemTime};

fn names(found: &[Found]) -> Vec<String> {
    let name = |found: &Found| found.name().map_or_else(|reason| reason, |name| name.to_string());
    found.iter().map(name).collect()
}

#[test]
fn a_folder_lists_its_modules_and_what_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("1.wasm", &module("words", "1.0.0", 100));
    write("2-plain.wasm", b"\0asm\x01\0\0\0");
    write("3.wasm", b"\0as");
    write("4.wasm", &module("../../evil", "1", 10));
    write("5.wasm", &module("large", "1", 5000));
    write(".hidden.wasm", b"");
    write("other.txt", b"");
    fs::create_dir(folder.path().join("6.wasm")).unwrap();
    let found = Folder::new(folder.path()).limit(4000).scan().unwrap();
    let names = names(&found);
    assert_eq!(names[..2], ["words", "2-plain"]);
    for (name, expected) in
        names[2..].iter().zip(["not a WebAssembly", "can't be a plugin's name", "4000 bytes", "no regular"])
    {
        assert!(name.contains(expected), "{name}");
    }
    assert_eq!(found.len(), 6);
    assert!(matches!(Folder::new("/nowhere").scan(), Err(StoreError::Disk { .. })));
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe.wasm");
    let text = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the text ends with a zero and lives through the call.
    assert_eq!(unsafe { libc::mkfifo(text.as_ptr(), 0o600) }, 0);
    let found = Folder::new(folder.path()).scan().unwrap();
    assert!(found[0].module.as_ref().unwrap_err().contains("no regular file"));
}

#[test]
fn what_is_the_same_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.wasm");
    let cache = folder.path().join("cache");
    fs::write(&path, module("words", "1.0.0", 100)).unwrap();
    let entry = |folder: &Folder| folder.cache.get(&path);
    let scan = || Folder::new(folder.path()).cached_in(&cache);
    let mut first = scan();
    // Until the change is so old that another one would show.
    while entry(&first).is_none() {
        first.scan().unwrap();
    }
    let mut next = scan();
    assert!(entry(&next).is_some(), "another program knows it as well");
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, module("words", "1.0.1", 100)).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(times).unwrap();
    assert!(entry(&next).is_none(), "the time of the change can't be set back");
    let found = next.scan().unwrap();
    assert_eq!(found[0].module.as_ref().unwrap().about.as_ref().unwrap().version, "1.0.1");
    fs::write(&cache, "rubbish").unwrap();
    assert_eq!(scan().scan().unwrap().len(), 1);
}

#[test]
fn what_is_gone_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.wasm");
    fs::write(&path, module("words", "1.0.0", 100)).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::now() - Duration::from_secs(9))
        .unwrap();
    let mut scanned = Folder::new(folder.path());
    assert_eq!(scanned.scan().unwrap().len(), 1);
    fs::remove_file(&path).unwrap();
    assert!(scanned.scan().unwrap().is_empty());
}
