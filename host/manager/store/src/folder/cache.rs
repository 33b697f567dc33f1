//! What was found in files, so that they aren't read again while they are the same.

use super::Found;
use crate::Module;
use crate::disk::{self, Disk, Readers};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What was found in files.
#[derive(Debug, Default)]
pub(super) struct Cache {
    file: Option<PathBuf>,
    entries: HashMap<PathBuf, Entry>,
    is_changed: bool,
}

/// What tells a file from itself after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    inode: (u64, u64),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    module: Result<Module, String>,
}

/// The version of the file's format and of what is read from modules.
const FORMAT: u32 = 1;

/// How large the file is at most, in bytes.
const FILE_MAX: u64 = 64 << 20;

/// A file that was changed so shortly before it was read may be changed again within the same tick of its clock.
const TICK: Duration = Duration::from_millis(50);

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        }
    }

    /// Whether a later change shows in the times.
    fn is_settled(&self, now: SystemTime) -> bool {
        let changed = u64::try_from(self.changed.0).ok().zip(u32::try_from(self.changed.1).ok());
        let changed = changed.map(|(seconds, nanos)| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos));
        changed.is_some_and(|changed| now.duration_since(changed).is_ok_and(|age| age > TICK))
    }
}

impl Cache {
    pub(super) fn open(file: PathBuf) -> Self {
        let bytes = disk::read(&file, FILE_MAX).ok();
        let read = bytes.and_then(|bytes| serde_json::from_slice::<(u32, Vec<(PathBuf, Entry)>)>(&bytes).ok());
        let entries = read.filter(|(format, _)| *format == FORMAT).map(|(_, entries)| entries.into_iter().collect());
        Self { file: Some(file), entries: entries.unwrap_or_default(), is_changed: false }
    }

    /// What was found in a file, if it is the same still.
    pub(super) fn get(&self, path: &Path) -> Option<Result<Module, String>> {
        let entry = self.entries.get(path)?;
        let same = fs::metadata(path).is_ok_and(|found| found.is_file() && Stamp::of(&found) == entry.stamp);
        same.then(|| entry.module.clone())
    }

    pub(super) fn put(&mut self, path: &Path, stamp: Stamp, module: &Result<Module, String>) {
        self.is_changed = true;
        match stamp.is_settled(SystemTime::now()) {
            true => drop(self.entries.insert(path.to_owned(), Entry { stamp, module: module.clone() })),
            false => drop(self.entries.remove(path)),
        }
    }

    /// Writes what is known of these files. If that fails, they are read again next time.
    pub(super) fn save(&mut self, disk: &Disk, found: &[Found]) {
        if !self.is_changed && self.entries.len() <= found.len() {
            return;
        }
        let mut entries = std::mem::take(&mut self.entries);
        let listed = found.iter().filter_map(|found| entries.remove_entry(found.file()));
        self.entries = listed.collect();
        self.is_changed = false;
        let entries: Vec<_> = self.entries.iter().collect();
        if let (Some(file), Ok(bytes)) = (&self.file, serde_json::to_vec(&(FORMAT, entries))) {
            let unfinished = file.with_extension(format!("{}.tmp", std::process::id()));
            let _ = disk.replace(file, &unfinished, &bytes, Readers::All);
        }
    }
}
