//! Each call of `std::fs`, and what it must do.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Works in an empty folder, and leaves it empty.
pub(crate) fn exercise(folder: &Path) -> io::Result<()> {
    folders(folder)?;
    contents(&folder.join("contents"))?;
    times(&folder.join("times"))?;
    renaming(folder)?;
    open_files(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    assert_eq!(fs::read_dir(folder)?.count(), 0);
    Ok(())
}

fn folders(folder: &Path) -> io::Result<()> {
    let deep = folder.join("a/b/c");
    fs::create_dir_all(&deep)?;
    assert!(fs::create_dir(&deep).is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists));
    assert!(fs::metadata(&deep)?.is_dir());
    for name in ["one", "two", "three"] {
        fs::write(deep.join(name), name)?;
    }
    let mut names: Vec<_> = fs::read_dir(&deep)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    names.sort();
    assert_eq!(names, ["one", "three", "two"]);
    assert_eq!(fs::canonicalize(deep.join("../c/./one"))?, deep.join("one"));
    assert!(fs::remove_dir(folder.join("a/b")).is_err());
    fs::remove_dir_all(folder.join("a"))?;
    assert!(!deep.exists());
    Ok(())
}

fn contents(path: &Path) -> io::Result<()> {
    fs::write(path, "0123456789")?;
    let metadata = fs::symlink_metadata(path)?;
    assert!(metadata.is_file() && metadata.len() == 10);
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.seek(SeekFrom::End(-2))?;
    file.write_all(b"ab")?;
    file.seek(SeekFrom::Start(5))?;
    let mut tail = String::new();
    file.read_to_string(&mut tail)?;
    assert_eq!(tail, "567ab");
    file.set_len(3)?;
    assert_eq!(fs::read(path)?, b"012");
    file.set_len(5)?;
    assert_eq!(fs::read(path)?, b"012\0\0");
    file.sync_all()?;
    drop(file);

    OpenOptions::new().append(true).open(path)?.write_all(b"more")?;
    assert_eq!(fs::read(path)?, b"012\0\0more");
    fs::write(path, "short")?;
    OpenOptions::new().append(true).open(path)?.write_all(b"er")?;
    assert_eq!(fs::read(path)?, b"shorter");
    assert!(File::create_new(path).is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists));
    assert_eq!(fs::copy(path, path.with_extension("copy"))?, 7);
    assert_eq!(fs::read(path.with_extension("copy"))?, b"shorter");

    let big: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
    fs::write(path, &big)?;
    assert!(fs::read(path)? == big);
    Ok(())
}

fn times(path: &Path) -> io::Result<()> {
    fs::write(path, "")?;
    let age = SystemTime::now().duration_since(fs::metadata(path)?.modified()?).unwrap_or_default();
    assert!(age < Duration::from_secs(60), "{age:?}");
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(1_234_567_891_011);
    File::options().write(true).open(path)?.set_modified(then)?;
    assert_eq!(fs::metadata(path)?.modified()?, then);
    Ok(())
}

fn renaming(folder: &Path) -> io::Result<()> {
    let from = folder.join("from");
    let to = folder.join("to");
    fs::write(&from, "new")?;
    fs::write(&to, "old")?;
    fs::rename(&from, &to)?;
    assert_eq!(fs::read(&to)?, b"new");
    assert!(!from.exists());
    fs::create_dir_all(folder.join("x/y"))?;
    fs::write(folder.join("x/y/z"), "deep")?;
    fs::rename(folder.join("x"), folder.join("moved"))?;
    assert_eq!(fs::read(folder.join("moved/y/z"))?, b"deep");
    fs::rename(folder.join("moved/y/z"), folder.join("z"))?;
    assert_eq!(fs::read(folder.join("z"))?, b"deep");
    Ok(())
}

/// Whoever has a file open still has it, wherever the file goes.
fn open_files(folder: &Path) -> io::Result<()> {
    let before = folder.join("before");
    let after = folder.join("after");
    fs::write(&before, "still here")?;
    let mut file = File::open(&before)?;
    fs::rename(&before, &after)?;
    fs::write(&before, "another")?;
    fs::remove_file(&after)?;
    assert!(!after.exists());
    assert_eq!(fs::read(&before)?, b"another");
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    assert_eq!(text, "still here");
    Ok(())
}
