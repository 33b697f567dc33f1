//! Everything that a plugin sees: its mounts at their places, and the folders that lead to the mounts.
//!
//! Each rule is kept here, once for all mounts: what may be changed, which paths exist, and where links may lead.

mod file_system;
mod opened;

pub(super) use opened::FileId;

use super::open_file::Written;
use super::path::resolved;
use super::plain;
use super::volume::Volume;
use crate::events::{Counts, Event, Events};
use crate::sandbox::files::Access;
use opened::Opened;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use virtual_fs::{FileType, FsError, Metadata, Result};

/// The mounts of one plugin. All clones are the same tree.
#[derive(Clone, Debug)]
pub(super) struct Tree(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    mounts: Vec<Mounted>,
    opened: Opened,
    events: Events,
    /// When the tree was made, in nanoseconds since 1970.
    made: u64,
}

/// One mount.
#[derive(Debug)]
pub(super) struct Mounted {
    /// Where the mount is, relative to the plugin's root.
    pub(super) at: PathBuf,
    pub(super) access: Access,
    pub(super) volume: Box<dyn Volume>,
    pub(super) written: Written,
}

/// Where a path leads.
enum Place<'a> {
    /// Into a mount. The path is relative to the mount.
    In(&'a Mounted, PathBuf),
    /// To a folder that exists because mounts are below it.
    Above,
}

impl Tree {
    pub(super) fn new(mounts: Vec<Mounted>, events: Events) -> Self {
        let made = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let made = made.as_nanos() as u64;
        Self(Arc::new(Shared { mounts, opened: Opened::default(), events, made }))
    }

    /// The counts of what the plugin has done.
    pub(super) fn counts(&self) -> &Counts {
        self.0.events.counts()
    }

    /// Forgets a file that was closed.
    pub(super) fn closed(&self, file: FileId) {
        self.0.opened.remove(file);
    }

    /// Removes an open file from the place where it is now.
    pub(super) fn remove_open(&self, file: FileId) -> Result<()> {
        let path = self.0.opened.path(file).ok_or(FsError::EntryNotFound)?;
        let (mount, inner) = self.changeable("remove", &path)?;
        mount.volume.remove_file(&inner)
    }

    /// Reports an operation on an open file if the file's mount doesn't allow the operation.
    pub(super) fn check_changeable(&self, file: FileId, operation: &'static str) {
        if let Some(path) = self.0.opened.path(file) {
            // This is for the report only: the file was opened for reading.
            let _ = self.changeable(operation, &path);
        }
    }

    /// Where a path leads. `plain` has checked the path.
    fn find(&self, path: &Path) -> Result<Place<'_>> {
        let inside = self.0.mounts.iter().filter_map(|mount| Some((mount, path.strip_prefix(&mount.at).ok()?)));
        // If a mount lies inside another, the path may lead through several mounts.
        if let Some((mount, inner)) = inside.max_by_key(|(mount, _)| mount.at.as_os_str().len()) {
            return Ok(Place::In(mount, inner.to_owned()));
        }
        if path.as_os_str().is_empty() || self.holds_a_mount(path) {
            Ok(Place::Above)
        } else {
            Err(FsError::EntryNotFound)
        }
    }

    /// The mount of a path, if what is at the path may be changed.
    fn changeable(&self, operation: &'static str, path: &Path) -> Result<(&Mounted, PathBuf)> {
        match self.find(path) {
            Ok(Place::In(mount, inner)) if mount.access == Access::ReadWrite && !self.holds_a_mount(path) => {
                Ok((mount, inner))
            }
            _ => Err(self.denied(operation, path)),
        }
    }

    /// Whether a mount is at this path or below it.
    fn holds_a_mount(&self, path: &Path) -> bool {
        self.0.mounts.iter().any(|mount| mount.at.starts_with(path))
    }

    /// The names right below a path of the mounts there, and of the folders that lead to mounts.
    fn mounted_below(&self, path: &Path) -> BTreeSet<OsString> {
        let below = self.0.mounts.iter().filter_map(|mount| mount.at.strip_prefix(path).ok()?.iter().next());
        below.map(ToOwned::to_owned).collect()
    }

    /// Reports a link that leads to a place where the plugin has nothing. wasmer-wasix follows the link, and finds
    /// nothing.
    fn check_target(&self, link: &Path, target: &Path) {
        let folder = link.parent().unwrap_or(Path::new(""));
        if !matches!(self.find(&resolved(&folder.join(target))), Ok(Place::In(..))) {
            self.denied("follow the link", link);
        }
    }

    fn denied(&self, operation: &'static str, path: &Path) -> FsError {
        let target = Path::new("/").join(path).display().to_string();
        self.0.events.report(Event::Denied { operation, target });
        FsError::PermissionDenied
    }

    fn folder_metadata(&self) -> Metadata {
        let made = self.0.made;
        Metadata { ft: FileType::new_dir(), accessed: made, created: made, modified: made, len: 0 }
    }

    /// What was found at `path`. If nothing was found and a mount is below `path`, a folder.
    fn or_folder<T>(&self, path: &Path, found: Result<T>, folder: impl FnOnce() -> T) -> Result<T> {
        match found {
            Err(FsError::EntryNotFound) if !self.mounted_below(path).is_empty() => Ok(folder()),
            found => found,
        }
    }

    fn metadata_of(&self, path: &Path, follow: bool) -> Result<Metadata> {
        let path = plain(path)?;
        match self.find(&path)? {
            Place::In(mount, inner) => {
                self.or_folder(&path, mount.volume.metadata(&inner, follow), || self.folder_metadata())
            }
            Place::Above => Ok(self.folder_metadata()),
        }
    }
}
