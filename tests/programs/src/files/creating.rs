//! Files and folders that come and go.

use crate::told::Told;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

const ROUNDS: usize = 1_000;
const THREADS: usize = 8;

/// One name, and then many.
pub fn again_and_again(folder: &Path) -> io::Result<String> {
    for index in 0..ROUNDS {
        let names = ["one".to_owned(), format!("number {index}")];
        for path in names.map(|name| folder.join(name)) {
            fs::write(&path, "x")?;
            fs::remove_file(&path)?;
        }
    }
    left(folder)
}

/// The same with folders, which are listed meanwhile.
pub fn folders(folder: &Path) -> io::Result<String> {
    let mut entries = 0;
    for index in 0..ROUNDS {
        let path = folder.join(format!("number {index}"));
        fs::create_dir(&path)?;
        entries += fs::read_dir(&path)?.count() + fs::read_dir(folder)?.count();
        fs::remove_dir(&path)?;
    }
    Ok(format!("{entries} listed, {}", left(folder)?))
}

/// A tree is made and removed as a whole.
pub fn trees(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let deep = folder.join("a/b/c");
    told.line("made", fs::create_dir_all(&deep));
    told.line("made again", fs::create_dir_all(&deep));
    for name in ["file", "b/file", "b/c/one", "b/c/two"] {
        fs::write(folder.join("a").join(name), name)?;
    }
    told.line("canonical", fs::canonicalize(deep.join("../c/./one")).map(|path| path.ends_with("a/b/c/one")));
    told.line("removed", fs::remove_dir_all(folder.join("a")));
    told.line("removed again", fs::remove_dir_all(folder.join("a")));
    Ok(told.end()? + &left(folder)?)
}

fn left(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    told.say("left", fs::read_dir(folder)?.count());
    told.end()
}

/// Of eight threads that want to create the same file, one does.
pub fn on_eight_threads(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let mut outcomes = [0; 3];
    for round in 0..200 {
        let path = folder.join(format!("round {round}"));
        let barrier = Barrier::new(THREADS);
        let create = || {
            barrier.wait();
            File::create_new(&path).and_then(|mut file| file.write_all(b"won")).map_err(|error| error.kind())
        };
        let created: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(create)).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread doesn't panic")).collect()
        });
        for outcome in created {
            match outcome {
                Ok(()) => outcomes[0] += 1,
                Err(ErrorKind::AlreadyExists) => outcomes[1] += 1,
                Err(kind) => {
                    outcomes[2] += 1;
                    told.say("unexpected", kind);
                }
            }
        }
    }
    told.say("created, there already, other", outcomes);
    told.end()
}
