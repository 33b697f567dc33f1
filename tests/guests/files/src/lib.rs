//! Does to files what it is told.

mod attempt;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;

plugix_guest::metadata!("Works on files");

/// Makes every kind of call once below `folder`, and leaves `folder/kept` behind.
fn exercise(folder: &Path) -> io::Result<String> {
    let deep = folder.join("a/b/c");
    fs::create_dir_all(&deep)?;
    fs::write(deep.join("one"), "1")?;
    OpenOptions::new().append(true).open(deep.join("one"))?.write_all(b"2345")?;
    let mut file = File::open(deep.join("one"))?;
    file.seek(SeekFrom::Start(2))?;
    let mut tail = String::new();
    file.read_to_string(&mut tail)?;

    let metadata = fs::metadata(deep.join("one"))?;
    fs::rename(deep.join("one"), folder.join("kept"))?;
    fs::copy(folder.join("kept"), folder.join("copy"))?;
    let list = list(folder)?;
    fs::remove_file(folder.join("copy"))?;
    fs::remove_dir(&deep)?;
    fs::remove_dir_all(folder.join("a"))?;
    Ok(format!("tail {tail}, {} bytes, file {}, {list}", metadata.len(), metadata.is_file()))
}

fn list(folder: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let slash = if entry.file_type()?.is_dir() { "/" } else { "" };
        names.push(format!("{}{slash}", entry.file_name().display()));
    }
    names.sort();
    Ok(names.join(" "))
}

fn text(args: &[u8]) -> &str {
    std::str::from_utf8(args).unwrap()
}

plugix_guest::export! {
    fn exercise(folder: &[u8]) -> io::Result<String> {
        crate::exercise(Path::new(text(folder)))
    }

    fn list(folder: &[u8]) -> io::Result<String> {
        crate::list(Path::new(text(folder)))
    }

    fn read(path: &[u8]) -> io::Result<Vec<u8>> {
        fs::read(text(path))
    }

    fn write_in_a_thread(path: &[u8]) -> io::Result<()> {
        let path = text(path).to_owned();
        thread::spawn(move || fs::write(path, "from a thread")).join().unwrap()
    }

    fn attempt(words: &[u8]) -> Result<(), String> {
        let (what, path) = text(words).split_once(": ").unwrap();
        attempt::attempt(what, Path::new(path)).map_err(|error| format!("{:?}", error.kind()))
    }
}
