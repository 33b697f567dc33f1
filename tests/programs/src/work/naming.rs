//! What has a name.

use super::timed;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Opens and closes a file.
pub(super) fn opened(folder: &Path, count: u32) -> io::Result<Duration> {
    let path = folder.join("opened");
    fs::write(&path, "")?;
    timed(count, || File::open(&path).map(drop))
}

/// Creates and removes a file.
pub(super) fn created(folder: &Path, count: u32) -> io::Result<Duration> {
    let path = folder.join("created");
    timed(count, || {
        File::create_new(&path)?;
        fs::remove_file(&path)
    })
}

pub(super) fn looked_at(folder: &Path, count: u32) -> io::Result<Duration> {
    let path = folder.join("seen");
    fs::write(&path, "")?;
    timed(count, || fs::metadata(&path).map(drop))
}

/// Lists a folder of so many entries once.
pub(super) fn listed(folder: &Path, count: u32) -> io::Result<Duration> {
    let folder = folder.join("many");
    if fs::create_dir(&folder).is_ok() {
        (0..count).try_for_each(|number| File::create(folder.join(number.to_string())).map(drop))?;
    }
    timed(1, || {
        let listed = fs::read_dir(&folder)?.try_fold(0, |count, entry| entry.map(|_| count + 1))?;
        assert_eq!(listed, count);
        Ok(())
    })
}
