//! A mounted folder of the host.
//!
//! The kernel resolves all paths, relative to the folder and never out of it (`openat2` with `RESOLVE_BENEATH`). That
//! holds whatever links there are, and whoever renames something at the same time. An operation that changes a folder
//! names one entry of an open folder.

mod beneath;
mod host_file;
mod ledger;
mod stat;
#[cfg(test)]
mod tests;

use super::content::Content;
use super::space::Space;
use super::volume::{MAX_ENTRIES, Volume};
use beneath::Beneath;
use host_file::HostFile;
use ledger::Ledger;
use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags};
use rustix::io::{Errno, Result as OsResult};
use stat::{Stat, file_type, fs_error};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use virtual_fs::{FsError, Metadata, OpenOptionsConfig, Result};

/// A mounted folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: Beneath,
    /// Keeps the account. `None` if there is no limit.
    ledger: Option<Arc<Ledger>>,
}

impl Folder {
    pub(super) fn open(host: &Path, space: Option<Space>) -> OsResult<Self> {
        let root = rustix::fs::openat(CWD, host, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let root = Beneath::new(root);
        // This says now whether the system can do what the mount needs.
        root.open(Path::new(""), OFlags::PATH)?;
        Ok(Self { root, ledger: space.map(|space| Arc::new(Ledger::new(space))) })
    }

    /// Makes an entry, and takes space for it.
    fn create(&self, create: impl FnOnce() -> OsResult<()>) -> Result<()> {
        match &self.ledger {
            Some(ledger) => ledger.create(|| create().map_err(fs_error)),
            None => create().map_err(fs_error),
        }
    }

    /// Runs `remove`, which removes or replaces the entry `name`. Gives the entry's space back.
    fn remove(&self, folder: &Beneath, name: &OsStr, remove: impl FnOnce() -> OsResult<()>) -> Result<()> {
        let Some(ledger) = &self.ledger else { return remove().map_err(fs_error) };
        ledger.remove(|| {
            let removed = Stat::from_entry(folder.fd(), name).ok();
            remove().map_err(fs_error)?;
            Ok(removed)
        })
    }

    /// Opens a file that exists, or makes it. Fifos and devices are refused: opening one could wait, or do worse.
    fn open_file(&self, path: &Path, how: &OpenOptionsConfig) -> Result<rustix::fd::OwnedFd> {
        let access = match (how.read, how.write || how.append) {
            (_, false) => OFlags::RDONLY,
            (false, true) => OFlags::WRONLY,
            (true, true) => OFlags::RDWR,
        };
        let access = access | OFlags::NONBLOCK | OFlags::NOCTTY;
        let found = self.root.open(path, OFlags::PATH).and_then(|found| Stat::from_fd(&found));
        match found {
            Ok(_) if how.create_new => Err(FsError::AlreadyExists),
            Ok(stat) if !stat.is_file() => Err(FsError::PermissionDenied),
            Ok(_) => self.root.open(path, access).map_err(fs_error),
            Err(Errno::NOENT) if how.create || how.create_new => {
                let mut file = None;
                self.create(|| {
                    file = Some(self.root.open(path, access | OFlags::CREATE | OFlags::EXCL)?);
                    Ok(())
                })?;
                file.ok_or(FsError::UnknownError)
            }
            Err(error) => Err(fs_error(error)),
        }
    }
}

impl Volume for Folder {
    fn metadata(&self, path: &Path, follow: bool) -> Result<Metadata> {
        let flags = if follow { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
        let found = self.root.open(path, flags).map_err(fs_error)?;
        Ok(Stat::from_fd(&found).map_err(fs_error)?.metadata())
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf> {
        let link = self.root.open(path, OFlags::PATH | OFlags::NOFOLLOW).map_err(fs_error)?;
        let target = rustix::fs::readlinkat(link, "", Vec::new()).map_err(fs_error)?;
        Ok(OsString::from_vec(target.into_bytes()).into())
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<(OsString, Metadata)>> {
        let folder = self.root.open(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(fs_error)?;
        // A removed folder looks like an empty folder.
        if Stat::from_fd(&folder).map_err(fs_error)?.links() == 0 {
            return Err(FsError::EntryNotFound);
        }
        let mut found = Vec::new();
        for entry in Dir::read_from(&folder).map_err(fs_error)? {
            let entry = entry.map_err(fs_error)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let kind = match entry.file_type() {
                _ if name == "." || name == ".." => continue,
                rustix::fs::FileType::Unknown => match Stat::from_entry(&folder, name) {
                    Ok(stat) => stat.metadata().ft,
                    // The entry is gone by now.
                    Err(_) => continue,
                },
                known => file_type(known),
            };
            if found.len() == MAX_ENTRIES {
                return Err(FsError::StorageFull);
            }
            found.push((name.to_owned(), Metadata { ft: kind, ..Metadata::default() }));
        }
        Ok(found)
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        let (folder, name) = self.root.parent(path)?;
        self.create(|| rustix::fs::mkdirat(folder.fd(), name, Mode::RWXU | Mode::RWXG | Mode::RWXO))
    }

    fn create_symlink(&self, target: &Path, path: &Path) -> Result<()> {
        let (folder, name) = self.root.parent(path)?;
        self.create(|| rustix::fs::symlinkat(target, folder.fd(), name))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let (from_folder, from_name) = self.root.parent(from)?;
        let (folder, name) = self.root.parent(to)?;
        let rename = || rustix::fs::renameat(from_folder.fd(), from_name, folder.fd(), name);
        let same = match (Stat::from_entry(from_folder.fd(), from_name), Stat::from_entry(folder.fd(), name)) {
            (Ok(from), Ok(to)) => from.id() == to.id(),
            _ => false,
        };
        // Two names of one file stay as they are.
        if same { rename().map_err(fs_error) } else { self.remove(&folder, name, rename) }
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        let (folder, name) = self.root.parent(path)?;
        self.remove(&folder, name, || rustix::fs::unlinkat(folder.fd(), name, AtFlags::empty()))
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        let (folder, name) = self.root.parent(path)?;
        self.remove(&folder, name, || rustix::fs::unlinkat(folder.fd(), name, AtFlags::REMOVEDIR))
    }

    fn open(&self, path: &Path, how: &OpenOptionsConfig) -> Result<Box<dyn Content>> {
        let fd = self.open_file(path, how)?;
        // Something else may be there now than what was looked at before.
        if !Stat::from_fd(&fd).map_err(fs_error)?.is_file() {
            return Err(FsError::PermissionDenied);
        }
        let file = HostFile::new(fd, self.ledger.clone())?;
        if how.truncate {
            file.set_len(0)?;
        }
        Ok(Box::new(file))
    }
}
