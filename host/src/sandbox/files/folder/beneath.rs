//! An open folder, and everything beneath it.

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::{Errno, Result as OsResult};
use std::ffi::OsStr;
use std::path::Path;
use virtual_fs::{FsError, Result};

/// How often a path is resolved again while somebody keeps renaming it. The kernel gives up when it can't tell whether
/// `..` still leads to the right place.
const ATTEMPTS: usize = 16;

/// An open folder. No path leads out of it.
#[derive(Debug)]
pub(super) struct Beneath(OwnedFd);

impl Beneath {
    pub(super) fn new(folder: OwnedFd) -> Self {
        Self(folder)
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Opens what is at the path. The empty path is the folder itself. A new file gets all permissions that the host's
    /// umask allows.
    pub(super) fn open(&self, path: &Path, flags: OFlags) -> OsResult<OwnedFd> {
        const BENEATH: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o666) } else { Mode::empty() };
        for _ in 0..ATTEMPTS {
            match openat2(&self.0, path, flags | OFlags::CLOEXEC, mode, BENEATH) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                done => return done,
            }
        }
        Err(Errno::AGAIN)
    }

    /// Opens the folder that contains `path`, and returns it with the entry's name.
    pub(super) fn parent<'a>(&self, path: &'a Path) -> Result<(Self, &'a OsStr)> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(FsError::PermissionDenied);
        };
        let parent = self.open(parent, OFlags::PATH | OFlags::DIRECTORY).map_err(super::fs_error)?;
        Ok((Self(parent), name))
    }
}
