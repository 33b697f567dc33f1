//! Where paths begin: the current folder, and folders that are open from the beginning.

use super::{SetupError, System};
use crate::description::Description;
use crate::files::{OpenFolder, Place, Spot, Start, Target, Tree, Walked, joined};
use crate::object::Object;
use crate::table::Descriptor;
use crate::{Errno, FdFlags, Halt, Result, Thread};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

/// In the place of a descriptor: a path is relative to the current folder. It is a C library's `AT_FDCWD`.
pub const CURRENT: u32 = -2_i32 as u32;

/// The current folder.
#[derive(Clone, Debug)]
pub(super) struct Current {
    place: Place,
    /// The path by which it became that.
    shown: Vec<u8>,
}

impl Current {
    pub(super) fn root(tree: &Tree) -> Self {
        Self { place: tree.root(), shown: b"/".to_vec() }
    }
}

impl System {
    /// Changes the current folder.
    ///
    /// # Errors
    /// As `chdir`.
    pub fn chdir(&self, thread: &Thread, path: &[u8]) -> Result<()> {
        let (place, shown) = self.folder(thread, self.start(CURRENT)?, path)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { place, shown };
        Ok(())
    }

    /// The path of the current folder.
    ///
    /// # Errors
    /// It was removed.
    pub fn getcwd(&self) -> Result<Vec<u8>> {
        let Current { place, shown } = self.current();
        match &place.spot {
            Spot::Above => Ok(shown),
            Spot::Host(mount, fd) => match self.tree.stat(&place)?.links {
                0 => Err(Errno::Noent),
                _ => Ok(self.tree.path_in(mount, fd).unwrap_or(shown)),
            },
            Spot::Scratch(scratch, node) => {
                let path = [self.tree.path(scratch.point), scratch.path(*node)?].concat();
                Ok(if path.is_empty() { b"/".to_vec() } else { path })
            }
        }
    }

    /// The name of a folder that was open from the beginning.
    ///
    /// # Errors
    /// It isn't open, or it isn't such a folder.
    pub fn fd_prestat_get(&self, fd: u32) -> Result<Arc<str>> {
        self.table.get(fd)?.preopened.ok_or(Errno::Badf)
    }

    /// Where a path begins that is relative to a descriptor.
    pub(super) fn start(&self, fd: u32) -> Result<Start> {
        let strict = self.strict_paths;
        let current = || {
            let Current { place, shown } = self.current();
            Start { place, shown, strict, creates: false }
        };
        if fd == CURRENT {
            return Ok(current());
        }
        match &self.table.description(fd)?.object {
            Object::Folder(folder) if folder.is_current => Ok(current()),
            Object::Folder(folder) => {
                let (place, shown) = (folder.place.clone(), folder.shown.clone());
                Ok(Start { place, shown, strict, creates: false })
            }
            _ => Err(Errno::Notdir),
        }
    }

    /// The folder that a path leads to, and the path by which it does.
    pub(super) fn folder(&self, thread: &Thread, start: Start, path: &[u8]) -> Result<(Place, Vec<u8>)> {
        let shown = joined(&start.shown, path);
        let walked =
            self.tree.walk(
                thread,
                &*self.report,
                start,
                path,
                true,
                &mut |mount, fd, rest| match crate::files::beneath(fd, rest, crate::files::FOLDER) {
                    Ok(folder) => Ok(Some(Place { point: None, spot: Spot::Host(mount.clone(), Arc::new(folder)) })),
                    Err(rustix::io::Errno::XDEV) => Ok(None),
                    Err(error) => Err(error.into()),
                },
            )?;
        match walked {
            Walked::Fast(place) | Walked::Slow(Target::Folder(place)) => Ok((place, shown)),
            // There is something else, or nothing.
            Walked::Slow(Target::Entry { folder, name }) => Err(match self.stat_entry(&folder, &name) {
                Ok(_) => Errno::Notdir,
                Err(error) => error,
            }),
            Walked::Slow(Target::Device(_)) => Err(Errno::Notdir),
        }
    }

    /// Opens what is open from the beginning.
    pub(super) fn open_first(&self, current: &Path, preopened: Vec<(String, PathBuf)>) -> Result<(), SetupError> {
        let failed = |at: &Path| {
            let at = at.to_owned();
            |error| SetupError { at, error }
        };
        let thread = Thread::new(&Halt::new());
        let place = |path: &Path| {
            let Current { place, shown } = Current::root(&self.tree);
            let start = Start { place, shown, strict: false, creates: false };
            self.folder(&thread, start, path.as_os_str().as_bytes())
        };
        let (folder, shown) = place(current).map_err(failed(current))?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { place: folder, shown };
        for (name, at) in preopened {
            let (folder, shown) = place(&at).map_err(failed(&at))?;
            let folder = match &*name {
                "." => OpenFolder::current(folder, shown),
                _ => OpenFolder::new(folder, shown),
            };
            let description = Arc::new(Description::new(Object::Folder(folder), FdFlags::NONE));
            let descriptor = Descriptor { preopened: Some(name.into()), ..Descriptor::new(description) };
            self.table.insert(descriptor, 0).map_err(failed(&at))?;
        }
        Ok(())
    }

    fn current(&self) -> Current {
        // Nothing panics while it holds the lock.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
