//! Lines at the end of a file, from many sides at once.

use crate::told::Told;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::thread;

const LINES: usize = 1_000;

/// Appends lines that begin with a tag, each in one write.
pub fn lines(path: &Path, tag: &str, count: usize) -> io::Result<()> {
    write_lines(&open(path)?, tag, count)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn write_lines(mut file: &File, tag: &str, count: usize) -> io::Result<()> {
    (0..count).try_for_each(|index| file.write_all(format!("{tag} {index:06}\n").as_bytes()))
}

/// How many lines there are, and how many of them are broken.
pub fn counted(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let broken = text.lines().filter(|line| line.len() != "t 000000".len()).count();
    let mut told = Told::new();
    told.say("lines", text.lines().count());
    told.say("broken", broken);
    told.end()
}

/// Each thread opens the file.
pub fn four_handles(folder: &Path) -> io::Result<String> {
    let path = folder.join("log");
    on_four_threads(|tag| lines(&path, tag, LINES))?;
    counted(&path)
}

/// All threads have the same open file.
pub fn one_handle(folder: &Path) -> io::Result<String> {
    let path = folder.join("log");
    let file = open(&path)?;
    on_four_threads(|tag| write_lines(&file.try_clone()?, tag, LINES))?;
    counted(&path)
}

fn on_four_threads(work: impl Fn(&str) -> io::Result<()> + Sync) -> io::Result<()> {
    thread::scope(|scope| {
        let work = &work;
        let threads = ["a", "b", "c", "d"].map(|tag| scope.spawn(move || work(tag)));
        threads.into_iter().try_for_each(|thread| thread.join().expect("a thread doesn't panic"))
    })
}
