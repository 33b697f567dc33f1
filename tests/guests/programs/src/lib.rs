//! The programs of `tests/programs`, as a plugin.

use plugix_e2e_programs::files::watching::Watcher;
use plugix_e2e_programs::files::{appending, current, listing};
use plugix_e2e_programs::find;
use plugix_e2e_programs::work;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

plugix_guest::metadata!("Does what ordinary programs do");

/// What one call opens and another looks at.
static WATCHER: Mutex<Option<Watcher>> = Mutex::new(None);

fn text(args: &[u8]) -> &str {
    std::str::from_utf8(args).unwrap()
}

fn path(args: &[u8]) -> &Path {
    Path::new(text(args))
}

fn two(args: &[u8]) -> (&str, &str) {
    text(args).split_once(' ').unwrap()
}

plugix_guest::export! {
    /// Runs a program in a folder: `name /folder`.
    fn run(args: &[u8]) -> io::Result<String> {
        let (name, folder) = two(args);
        find(name).unwrap()(Path::new(folder))
    }

    /// Does work that is timed: `name /folder count`. Returns nanoseconds.
    fn work(args: &[u8]) -> io::Result<String> {
        let (name, rest) = two(args);
        let (folder, count) = rest.split_once(' ').unwrap();
        Ok(work::run(name, Path::new(folder), count.parse().unwrap())?.as_nanos().to_string())
    }

    /// Appends lines with a tag to a file: `t /file`.
    fn append(args: &[u8]) -> io::Result<()> {
        let (tag, file) = two(args);
        appending::lines(Path::new(file), tag, 500)
    }

    /// Counts the entries of a folder that somebody else has filled.
    fn list(args: &[u8]) -> io::Result<String> {
        let (count, folder) = two(args);
        listing::counted(Path::new(folder), count.parse().unwrap())
    }

    /// Opens and sees what `look` looks at.
    fn watch(folder: &[u8]) -> io::Result<()> {
        *WATCHER.lock().unwrap() = Some(Watcher::open(path(folder))?);
        Ok(())
    }

    fn look(_args: &[u8]) -> io::Result<String> {
        WATCHER.lock().unwrap().take().unwrap().look()
    }

    fn current_folder(folder: &[u8]) -> io::Result<String> {
        current::all(path(folder))
    }

    /// Renames and links from one folder to another, and says of what kind the errors are.
    fn cross(args: &[u8]) -> String {
        let (from, to) = two(args);
        let outcomes = [fs::rename(from, to), fs::hard_link(from, to)];
        format!("{:?}", outcomes.map(|outcome| outcome.map_err(|error| error.kind())))
    }
}
