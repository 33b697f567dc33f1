//! Calls in a random order, the same order wherever they run.

use crate::told::Told;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;

const SEEDS: u64 = 24;
const CALLS: u32 = 400;
/// What each record of the threads is long.
const RECORD: usize = 16;

/// Numbers that look random (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// A name that others have as well, at most three folders deep.
    fn path(&mut self, folder: &Path) -> PathBuf {
        let mut path = folder.to_owned();
        for _ in 0..=self.below(3) {
            path.push(["a", "b", "c"][self.below(3) as usize]);
        }
        path
    }
}

/// One thread's calls. Tells what each came to, and what there is at the end.
pub fn calls(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    for seed in 0..SEEDS {
        let (mut numbers, mut open) = (Numbers(seed), Vec::new());
        let folder = folder.join(seed.to_string());
        fs::create_dir(&folder)?;
        for call in 0..CALLS {
            let outcome = one(&mut numbers, &folder, &mut open);
            told.line(&format!("{seed}.{call}"), outcome);
        }
        drop(open);
        tree(&mut told, &folder, &folder)?;
    }
    told.end()
}

fn one(numbers: &mut Numbers, folder: &Path, open: &mut Vec<File>) -> io::Result<String> {
    let path = numbers.path(folder);
    let done = |outcome: io::Result<()>| outcome.map(|()| String::new());
    match numbers.below(20) {
        0..=2 => opened(numbers, &path, open),
        3..=7 => used(numbers, open),
        8 | 9 => done(fs::create_dir(&path)),
        10 => done(fs::remove_dir(&path)),
        11 | 12 => done(fs::remove_file(&path)),
        13 => done(fs::rename(&path, numbers.path(folder))),
        14 => done(fs::hard_link(&path, numbers.path(folder))),
        15 => names(&path).map(|names| names.join(" ")),
        16 => fs::symlink_metadata(&path).map(|seen| seen_as(&seen)),
        17 => fs::read(&path).map(|bytes| format!("{} {:?}", bytes.len(), bytes.iter().rev().take(8))),
        18 => done(fs::write(&path, [b'w'; 100])),
        _ => done(fs::remove_dir_all(&path)),
    }
}

/// Opens a file in one of many ways, and keeps it open.
fn opened(numbers: &mut Numbers, path: &Path, open: &mut Vec<File>) -> io::Result<String> {
    let mut coin = || numbers.below(2) == 1;
    let file = OpenOptions::new()
        .read(coin())
        .write(coin())
        .append(coin())
        .create(coin())
        .truncate(coin())
        .create_new(coin() && coin())
        .open(path)?;
    // A folder can be opened to be read. What reading it comes to is another matter.
    if file.metadata()?.is_file() {
        open.push(file);
    }
    if open.len() > 8 {
        open.remove(numbers.below(8) as usize);
    }
    Ok(open.len().to_string())
}

/// Does something with an open file.
fn used(numbers: &mut Numbers, open: &mut [File]) -> io::Result<String> {
    let Some(count) = (open.len() as u64).checked_sub(1) else { return Ok("none is open".into()) };
    let file = &mut open[numbers.below(count + 1) as usize];
    let size = numbers.below(200);
    match numbers.below(6) {
        0 | 1 => file.write(&vec![b'a' + (size % 26) as u8; size as usize]).map(|written| written.to_string()),
        2 => {
            let mut bytes = vec![0; size as usize];
            file.read(&mut bytes).map(|read| format!("{:?}", &bytes[..read.min(8)]))
        }
        3 => file.seek(SeekFrom::Start(size)).map(|at| at.to_string()),
        4 => file.seek(SeekFrom::Current(100 - size as i64)).map(|at| at.to_string()),
        _ => file.set_len(size).map(|()| String::new()),
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn seen_as(seen: &fs::Metadata) -> String {
    // How long a folder is says nothing.
    if seen.is_dir() { "folder".to_owned() } else { format!("file {}", seen.len()) }
}

fn tree(told: &mut Told, root: &Path, folder: &Path) -> io::Result<()> {
    for name in names(folder)? {
        let path = folder.join(name);
        let seen = fs::symlink_metadata(&path)?;
        told.say(&path.strip_prefix(root).unwrap_or(&path).display().to_string(), seen_as(&seen));
        if seen.is_dir() {
            tree(told, root, &path)?;
        } else {
            told.say("content", fs::read(&path)?);
        }
    }
    Ok(())
}

/// Four threads create, append to, rename and remove the same few files. Tells what must hold whatever comes first: a
/// record is whole, and none appears twice.
pub fn on_four_threads(folder: &Path) -> io::Result<String> {
    let (mut torn, mut unexpected, mut seen) = (0, BTreeMap::new(), BTreeMap::new());
    let outcomes = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || changes(folder, number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread doesn't panic")).collect::<Vec<_>>()
    });
    for kind in outcomes.into_iter().flatten() {
        *unexpected.entry(format!("{kind:?}")).or_insert(0) += 1;
    }
    for name in names(folder)? {
        let content = fs::read(folder.join(name))?;
        torn += content.len() % RECORD;
        for record in content.chunks(RECORD) {
            torn += usize::from(record.last() != Some(&b'\n'));
            *seen.entry(record.to_vec()).or_insert(0) += 1;
        }
    }
    let mut told = Told::new();
    told.say("torn", torn);
    told.say("twice", seen.values().filter(|count| **count > 1).count());
    told.say("unexpected", unexpected);
    told.end()
}

/// Returns what kinds of errors there were that have no cause in what the others do.
fn changes(folder: &Path, thread: u64) -> Vec<ErrorKind> {
    let mut numbers = Numbers(thread);
    let expected = [ErrorKind::NotFound, ErrorKind::AlreadyExists];
    let mut unexpected = Vec::new();
    for call in 0..4 * CALLS {
        let path = folder.join(["a", "b", "c"][numbers.below(3) as usize]);
        let outcome = match numbers.below(8) {
            0..=4 => OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| {
                let record = format!("{thread}.{call:<12}\n");
                file.write_all(format!("{record:>RECORD$}").as_bytes())
            }),
            5 => File::create_new(&path).map(drop),
            6 => fs::rename(&path, folder.join(["a", "b", "c"][numbers.below(3) as usize])),
            _ => fs::remove_file(&path),
        };
        unexpected.extend(outcome.err().map(|error| error.kind()).filter(|kind| !expected.contains(kind)));
    }
    unexpected
}
