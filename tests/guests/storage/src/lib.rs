//! Uses files to the limit.

mod bombs;
mod exercise;
mod system;

use std::fs;
use std::io;
use std::path::Path;

plugix_guest::metadata!("Uses files to the limit");

fn text(args: &[u8]) -> &str {
    std::str::from_utf8(args).unwrap()
}

/// Does what the words say: a verb and one or two paths.
fn attempt(words: &str) -> io::Result<String> {
    let words: Vec<_> = words.split(' ').collect();
    match words[..] {
        ["read", path] => fs::read_to_string(path),
        ["write", path] => fs::write(path, "changed").map(|()| String::new()),
        ["list", path] => {
            let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().display().to_string()));
            let mut names = names.collect::<io::Result<Vec<_>>>()?;
            names.sort();
            Ok(names.join(" "))
        }
        ["make", path] => fs::create_dir(path).map(|()| String::new()),
        ["remove", path] => fs::remove_file(path).map(|()| String::new()),
        ["remove-folder", path] => fs::remove_dir(path).map(|()| String::new()),
        ["rename", from, to] => fs::rename(from, to).map(|()| String::new()),
        ["link", from, to] => fs::hard_link(from, to).map(|()| String::new()),
        #[allow(deprecated)] // the other one is not stable on this target
        ["symlink", target, path] => fs::soft_link(target, path).map(|()| String::new()),
        ["follow", path] => fs::read_link(path).map(|target| target.display().to_string()),
        ["canonical", path] => fs::canonicalize(path).map(|path| path.display().to_string()),
        ["size", path] => fs::metadata(path).map(|metadata| metadata.len().to_string()),
        _ => panic!("{words:?} is unknown"),
    }
}

plugix_guest::export! {
    fn attempt(words: &[u8]) -> Result<String, String> {
        crate::attempt(text(words)).map_err(|error| format!("{:?}: {error}", error.kind()))
    }

    fn exercise(folder: &[u8]) -> io::Result<()> {
        crate::exercise::exercise(Path::new(text(folder)))
    }

    /// Writes a file until it can't. Returns the file's bytes, and the error.
    fn fill(path: &[u8]) -> String {
        let (bytes, why) = bombs::fill(Path::new(text(path)));
        format!("{bytes} {why:?}")
    }

    /// The same on four threads, each with a file of its own. Returns the bytes of all files.
    fn fill_on_threads(folder: &[u8]) -> String {
        bombs::fill_on_threads(Path::new(text(folder))).to_string()
    }

    /// Makes empty files until it can't: how many, and why.
    fn make_files(folder: &[u8]) -> String {
        let (files, why) = bombs::make_files(Path::new(text(folder)));
        format!("{files} {why:?}")
    }

    /// Makes a folder in a folder until it can't: how many.
    fn make_deep(folder: &[u8]) -> String {
        bombs::make_deep(Path::new(text(folder))).to_string()
    }

    /// Opens a file until it can't: how often, and why.
    fn open(path: &[u8]) -> String {
        let (files, why) = bombs::open(Path::new(text(path)));
        format!("{files} {why:?}")
    }

    /// Duplicates a handle until it can't. Returns how often, and the error.
    fn duplicate(path: &[u8]) -> String {
        let (files, why) = bombs::duplicate(Path::new(text(path)));
        format!("{files} {why:?}")
    }

    /// Lists a folder a thousand times.
    fn list_often(folder: &[u8]) -> io::Result<()> {
        (0..1_000).try_for_each(|_| fs::read_dir(text(folder))?.try_for_each(|entry| entry.map(drop)))
    }

    /// Reads a file again and again. Returns each content that it found, once.
    fn read_often(path: &[u8]) -> String {
        bombs::read_often(Path::new(text(path)))
    }

    /// Tries to get a descriptor with a high number.
    fn high_descriptors(_args: &[u8]) -> String {
        system::high_descriptors()
    }
}
