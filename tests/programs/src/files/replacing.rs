//! Entries of a cache: written beside, renamed into place, read and removed.

use crate::told::Told;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::Mutex;
use std::thread;

const LEN: usize = 64;
const ROUNDS: u64 = 1_500;

/// Four threads and ten entries. An entry may be missing, and is never half written.
pub fn a_cache(folder: &Path) -> io::Result<String> {
    let unexpected = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for thread in 0..4 {
            let unexpected = &unexpected;
            scope.spawn(move || {
                for what in (0..ROUNDS).filter_map(|round| step(folder, thread, mixed(round * 4 + thread))) {
                    *unexpected.lock().unwrap().entry(what).or_insert(0_u64) += 1;
                }
            });
        }
    });
    let mut told = Told::new();
    told.say("unexpected", unexpected.into_inner().unwrap());
    told.end()
}

/// Does one thing with an entry. Returns what nobody expects.
fn step(folder: &Path, thread: u64, number: u64) -> Option<String> {
    let entry = folder.join(format!("entry {}", number % 10));
    let outcome = match (number >> 20) % 4 {
        0 | 1 => {
            let beside = folder.join(format!("beside {thread}"));
            fs::write(&beside, format!("{number:0LEN$}")).and_then(|()| fs::rename(&beside, &entry))
        }
        2 => match fs::read(&entry) {
            Ok(content) if content.len() != LEN => return Some(format!("{} bytes", content.len())),
            outcome => outcome.map(drop),
        },
        _ => fs::remove_file(&entry),
    };
    let error = outcome.err().filter(|error| error.kind() != ErrorKind::NotFound)?;
    Some(format!("{:?}", error.kind()))
}

fn mixed(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Who has the old file open reads the old file.
pub fn of_an_open_file(folder: &Path) -> io::Result<String> {
    let (path, beside) = (folder.join("file"), folder.join("beside"));
    fs::write(&path, "old content")?;
    let mut open = File::open(&path)?;
    open.read_exact(&mut [0; 4])?;
    fs::write(&beside, "new")?;
    fs::rename(&beside, &path)?;
    let mut rest = String::new();
    open.read_to_string(&mut rest)?;
    let mut told = Told::new();
    told.say("the open file", (rest, open.metadata()?.len()));
    told.say("the file of that name", (fs::read_to_string(&path)?, fs::metadata(&path)?.len()));
    told.line("the name beside", fs::metadata(&beside).map(drop));
    told.end()
}
