//! The current folder, which a process has only one of.

use crate::told::Told;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;

/// How many files there are, and how often each is read.
const FILES: usize = 8;
const READS: usize = 2_000;

/// All that is told of it.
pub fn all(folder: &Path) -> io::Result<String> {
    Ok(on_threads(folder)? + &long(folder)? + &renamed(folder)?)
}

/// The file contains its own name.
fn again_and_again(name: &str) -> io::Result<()> {
    fs::write(name, name)?;
    (0..READS).try_for_each(|_| match fs::read_to_string(name)? {
        content if content == name => Ok(()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    })
}

/// Each thread gets its own file by a name without a folder.
fn on_threads(folder: &Path) -> io::Result<String> {
    let own = folder.join("threads");
    fs::create_dir(&own)?;
    env::set_current_dir(&own)?;
    let mut told = Told::new();
    let threads: Vec<_> = (1..=FILES).map(|file| thread::spawn(move || again_and_again(&"n".repeat(file)))).collect();
    threads.into_iter().for_each(|thread| told.line("read", thread.join().expect("a thread doesn't panic")));
    env::set_current_dir(folder)?;
    fs::remove_dir_all(own)?;
    told.end()
}

/// Paths as long as the first buffer that `std` has for them, and a byte less and more.
fn long(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    for len in [511, 512, 513] {
        let rest = len - folder.as_os_str().len() - 2;
        let path = folder.join("n".repeat(rest / 2)).join("n".repeat(rest - rest / 2));
        fs::create_dir_all(&path)?;
        env::set_current_dir(&path)?;
        told.line("its name", env::current_dir().map(|found| found == path && found.as_os_str().len() == len));
        env::set_current_dir(folder)?;
        fs::remove_dir_all(folder.join("n".repeat(rest / 2)))?;
    }
    told.end()
}

/// The folder stays the current one, and has another name.
fn renamed(folder: &Path) -> io::Result<String> {
    let (before, after) = (folder.join("before"), folder.join("after"));
    fs::create_dir(&before)?;
    fs::write(before.join("file"), "content")?;
    env::set_current_dir(&before)?;
    fs::rename(&before, &after)?;
    let mut told = Told::new();
    told.line("its name", env::current_dir().map(|path| path == after));
    told.line("read", fs::read_to_string("file"));
    told.line("written", fs::write("new", "new"));
    told.line("found", fs::read_to_string(after.join("new")));
    told.line("the folder above", fs::read_to_string("../after/file"));
    fs::remove_dir_all(&after)?;
    told.line("removed", fs::write("new", "new"));
    told.end()
}
