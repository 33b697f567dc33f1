//! Taking all that there is.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::thread;

pub(crate) fn fill(path: &Path) -> (u64, ErrorKind) {
    match File::create(path) {
        Ok(file) => fill_file(file, path),
        Err(error) => (0, error.kind()),
    }
}

fn fill_file(mut file: File, path: &Path) -> (u64, ErrorKind) {
    let why = loop {
        if let Err(error) = file.write_all(&[7; 10_000]) {
            break error.kind();
        }
    };
    drop(file);
    (fs::metadata(path).map_or(0, |metadata| metadata.len()), why)
}

pub(crate) fn fill_on_threads(folder: &Path) -> u64 {
    let paths = (0..4).map(|index| folder.join(format!("by {index}")));
    let files: Vec<_> = paths.map(|path| (File::create(&path).unwrap(), path)).collect();
    let threads: Vec<_> =
        files.into_iter().map(|(file, path)| thread::spawn(move || fill_file(file, &path).0)).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
}

pub(crate) fn make_files(folder: &Path) -> (usize, ErrorKind) {
    for index in 0.. {
        if let Err(error) = File::create_new(folder.join(index.to_string())) {
            return (index, error.kind());
        }
    }
    unreachable!()
}

pub(crate) fn make_deep(folder: &Path) -> usize {
    let mut path = folder.to_owned();
    for depth in 0.. {
        path.push("d");
        if fs::create_dir(&path).is_err() {
            return depth;
        }
    }
    unreachable!()
}

pub(crate) fn open(path: &Path) -> (usize, ErrorKind) {
    let mut files = Vec::new();
    loop {
        match File::open(path) {
            Ok(file) => files.push(file),
            Err(error) => return (files.len(), error.kind()),
        }
    }
}

pub(crate) fn duplicate(path: &Path) -> (usize, ErrorKind) {
    let mut files = vec![File::open(path).unwrap()];
    loop {
        match files[0].try_clone() {
            Ok(file) => files.push(file),
            Err(error) => return (files.len(), error.kind()),
        }
    }
}

pub(crate) fn read_often(path: &Path) -> String {
    let found: BTreeSet<_> = (0..20_000).filter_map(|_| fs::read_to_string(path).ok()).collect();
    found.into_iter().collect::<Vec<_>>().join(",")
}
