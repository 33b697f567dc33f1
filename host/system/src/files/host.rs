//! A folder of the host's.
//!
//! All paths are resolved by the kernel, relative to an open folder and never out of it (`openat2` with
//! `RESOLVE_BENEATH`), whatever links there are and whoever renames what at the same time.

use super::ledger::Ledger;
use super::open::How;
use super::stat::{Id, Stat};
use crate::{Errno, Result, Thread};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno as Os;
use serde::{Deserialize, Serialize};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How often a path is resolved again that somebody keeps renaming: the kernel gives up when it can't tell whether `..`
/// still leads to where it should.
const ATTEMPTS: usize = 16;

/// How many folders are gone through on the way up to a mount's root, at most. The host may have made deeper ones than
/// a plugin can.
const MAX_CLIMB: usize = 2048;

const BENEATH: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// An open folder that is only stood in.
pub(crate) const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);

/// What a plugin may do in a mounted folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// List and read.
    ReadOnly,
    /// Also create, write, rename and remove.
    ReadWrite,
}

/// A mounted folder.
#[derive(Debug)]
pub(crate) struct HostMount {
    root: Arc<OwnedFd>,
    id: Id,
    /// Where the host has it, for links that name that.
    path: Vec<u8>,
    pub(crate) access: Access,
    /// Where it is mounted.
    pub(crate) point: usize,
    /// Keeps the account, if there is a limit.
    pub(crate) ledger: Option<Ledger>,
    written: AtomicU64,
    /// Held by whoever goes down through the folders.
    pub(super) descent: Mutex<()>,
}

impl HostMount {
    pub(crate) fn open(host: &Path, access: Access, ledger: Option<Ledger>, point: usize) -> Result<Self> {
        let root = openat(CWD, host, FOLDER | OFlags::CLOEXEC, Mode::empty())?;
        // Says now whether this system can do what is needed.
        beneath(root.as_fd(), b".", OFlags::PATH)?;
        let id = Stat::of(&root)?.id();
        let path = std::fs::canonicalize(host)?.as_os_str().as_bytes().to_vec();
        Ok(Self {
            root: Arc::new(root),
            id,
            path,
            access,
            point,
            ledger,
            written: AtomicU64::new(0),
            descent: Mutex::default(),
        })
    }

    pub(crate) fn root(&self) -> &Arc<OwnedFd> {
        &self.root
    }

    pub(crate) fn is_root(&self, stat: &Stat) -> bool {
        stat.id() == self.id
    }

    /// What an absolute path of the host's is, relative to the root, if it leads into the folder.
    pub(crate) fn inside<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        // The host's root has all paths in it.
        let root = if self.path == b"/" { b"" } else { self.path.as_slice() };
        let rest = path.strip_prefix(root)?;
        (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
    }

    /// The folder that an open folder is in; nothing for the root.
    pub(crate) fn above(&self, folder: BorrowedFd<'_>, thread: &Thread) -> Result<Option<OwnedFd>> {
        if self.is_root(&Stat::of(folder)?) {
            return Ok(None);
        }
        let above = openat(folder, "..", FOLDER | OFlags::CLOEXEC, Mode::empty())?;
        // The folder may have been moved out of the mount: then what is above is nothing of the plugin's.
        self.depth(above.as_fd(), thread)?;
        Ok(Some(above))
    }

    /// How many folders an open folder lies below the root. Fails if it doesn't.
    pub(crate) fn depth(&self, folder: BorrowedFd<'_>, thread: &Thread) -> Result<usize> {
        let mut above: Option<OwnedFd> = None;
        let mut last = None;
        for depth in 0..MAX_CLIMB {
            thread.check_stop()?;
            let current = above.as_ref().map_or(folder, AsFd::as_fd);
            let stat = Stat::of(current)?;
            if self.is_root(&stat) {
                return Ok(depth);
            }
            if last.replace(stat.id()) == Some(stat.id()) {
                break;
            }
            above = Some(openat(current, "..", FOLDER | OFlags::CLOEXEC, Mode::empty())?);
        }
        Err(Errno::Access)
    }

    /// Opens a file or a folder beneath an open one. Nothing is returned if the path leads out of that one, or to
    /// another file system of the host's.
    pub(crate) fn open_beneath(
        &self,
        folder: BorrowedFd<'_>,
        path: &[u8],
        how: &How,
    ) -> Result<Option<(OwnedFd, Stat)>> {
        let resolve = BENEATH | ResolveFlags::NO_XDEV;
        // In a folder that it may change a plugin could remove a pipe or a device as well. In another one, not even
        // opening it may do anything to it.
        if self.access == Access::ReadOnly {
            match resolved(folder, path, OFlags::PATH | how.flags() & OFlags::NOFOLLOW, resolve) {
                Ok(found) => check_kind(&Stat::of(found)?)?,
                Err(Os::XDEV) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        match self.opened(|flags| resolved(folder, path, flags, resolve), how) {
            Err(Errno::Xdev) => Ok(None),
            done => done.map(Some),
        }
    }

    /// Opens an entry of an open folder, which is no link.
    pub(crate) fn open_entry(&self, folder: BorrowedFd<'_>, name: &[u8], how: &How) -> Result<(OwnedFd, Stat)> {
        let open = |flags| resolved(folder, name, flags | OFlags::NOFOLLOW, BENEATH);
        // It may be a device, on another file system: even opening it may do something.
        match open(OFlags::PATH) {
            Ok(found) => check_kind(&Stat::of(found)?)?,
            Err(Os::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        self.opened(open, how)
    }

    fn opened(&self, open: impl Fn(OFlags) -> rustix::io::Result<OwnedFd>, how: &How) -> Result<(OwnedFd, Stat)> {
        let flags = how.flags() | OFlags::NONBLOCK | OFlags::NOCTTY;
        let looked = |flags| -> Result<_> {
            let fd = open(flags)?;
            let stat = Stat::of(&fd)?;
            check_kind(&stat)?;
            Ok((fd, stat))
        };
        let Some(ledger) = &self.ledger else { return looked(flags) };
        // What it cuts off is counted, after it was opened.
        let flags = flags.difference(OFlags::TRUNC);
        let existing = (!how.exclusive).then_some(|| {
            let (fd, stat) = looked(flags.difference(OFlags::CREATE | OFlags::EXCL))?;
            if how.create && stat.is_folder() { Err(Errno::Isdir) } else { Ok((fd, stat)) }
        });
        ledger.open(existing, how.create.then_some(|| looked(flags)))
    }

    pub(crate) fn count_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Makes an entry, and takes the space for it.
    pub(crate) fn create(&self, create: impl FnOnce() -> rustix::io::Result<()>) -> Result<()> {
        match &self.ledger {
            Some(ledger) => ledger.create(|| Ok(create()?)),
            None => Ok(create()?),
        }
    }

    /// Does what removes or replaces an entry, and gives its space back. `lookup` finds what is removed.
    pub(crate) fn remove(
        &self,
        lookup: impl FnOnce() -> Option<Stat>,
        remove: impl FnOnce() -> rustix::io::Result<()>,
    ) -> Result<()> {
        let Some(ledger) = &self.ledger else { return Ok(remove()?) };
        ledger.remove(|| {
            let removed = lookup();
            remove()?;
            Ok(removed)
        })
    }
}

/// Only files and folders are of use.
fn check_kind(stat: &Stat) -> Result<()> {
    match stat.is_file() || stat.is_folder() {
        true => Ok(()),
        false if stat.is_link() => Err(Errno::Loop),
        false => Err(Errno::Access),
    }
}

/// Opens what is beneath an open folder.
pub(crate) fn beneath(folder: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> rustix::io::Result<OwnedFd> {
    resolved(folder, path, flags, BENEATH)
}

/// Files are made for all that the host's umask allows.
fn resolved(folder: BorrowedFd<'_>, path: &[u8], flags: OFlags, how: ResolveFlags) -> rustix::io::Result<OwnedFd> {
    let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o666) } else { Mode::empty() };
    for _ in 0..ATTEMPTS {
        match openat2(folder, path, flags | OFlags::CLOEXEC, mode, how) {
            Err(Os::AGAIN | Os::INTR) => {}
            done => return done,
        }
    }
    Err(Os::AGAIN)
}
