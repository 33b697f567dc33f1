//! Folders with many entries.

use crate::told::Told;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// More than an index of 16 bits can count.
const MANY: usize = 70_000;
const SOME: usize = 400;

/// Makes empty files.
pub fn fill(folder: &Path, count: usize) -> io::Result<()> {
    (0..count).try_for_each(|index| File::create(folder.join(format!("entry {index}"))).map(drop))
}

/// How many entries a listing has, and how many of them are names that `fill` has made.
pub fn counted(folder: &Path, count: usize) -> io::Result<String> {
    let mut seen = vec![0_usize; count];
    let mut entries = 0;
    for entry in fs::read_dir(folder)? {
        entries += 1;
        let name = entry?.file_name();
        let index = name.to_str().and_then(|name| name.strip_prefix("entry ")?.parse::<usize>().ok());
        if let Some(times) = index.and_then(|index| seen.get_mut(index)) {
            *times += 1;
        }
    }
    let mut told = Told::new();
    told.say("entries", entries);
    told.say("seen once", seen.iter().filter(|times| **times == 1).count());
    told.end()
}

/// A folder that the program fills itself.
pub fn complete(folder: &Path) -> io::Result<String> {
    fill(folder, MANY)?;
    counted(folder, MANY)
}

/// What is removed while a listing goes on takes nothing else out of that listing.
pub fn while_removing(folder: &Path) -> io::Result<String> {
    fill(folder, SOME)?;
    let mut listed = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if listed % 2 == 0 {
            fs::remove_file(path)?;
        }
        listed += 1;
    }
    let mut told = Told::new();
    told.say("listed", listed);
    told.say("left", fs::read_dir(folder)?.count());
    told.end()
}
