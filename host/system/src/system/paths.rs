//! Calls that look at what a path leads to.

use super::System;
use crate::files::{Place, Spot, Start, Stat, Target, Walked, beneath, check, joined, set_times_of, split, trimmed};
use crate::{Access, Errno, Filestat, Filetype, Part, Result, Thread, Time};
use rustix::fd::AsFd;
use rustix::fs::OFlags;
use std::sync::Arc;

/// A name in a folder that is there.
pub(super) struct Named<'p> {
    pub(super) folder: Place,
    /// With the slashes behind it. It may be empty, and it may be `.` or `..`.
    pub(super) name: &'p [u8],
    /// The whole path, for the host.
    pub(super) shown: Vec<u8>,
}

impl System {
    /// What is told of what a path leads to; of a link itself unless `follow`.
    ///
    /// # Errors
    /// As `fstatat`.
    pub fn path_filestat_get(&self, thread: &Thread, fd: u32, follow: bool, path: &[u8]) -> Result<Filestat> {
        let start = self.start(fd)?;
        let walked = self.tree.walk(thread, &*self.report, start, path, follow, &mut |_, folder, rest| {
            // A name alone leads nowhere else, if it is no link.
            if !rest.contains(&b'/') && !matches!(rest, b".." | b".") {
                let stat = Stat::of_entry(folder, rest)?;
                if !follow || !stat.is_link() {
                    return Ok(Some(stat.filestat()));
                }
            }
            let flags = if follow { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
            match beneath(folder, rest, flags) {
                Ok(found) => Ok(Some(Stat::of(found)?.filestat())),
                Err(rustix::io::Errno::XDEV) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })?;
        match walked {
            Walked::Fast(stat) => Ok(stat),
            Walked::Slow(Target::Folder(place)) => self.tree.stat(&place),
            Walked::Slow(Target::Entry { folder, name }) => self.stat_entry(&folder, &name),
            Walked::Slow(Target::Device(device)) => {
                let found = rustix::fs::open(device.path(), OFlags::PATH | OFlags::CLOEXEC, rustix::fs::Mode::empty())?;
                Ok(Filestat { filetype: Filetype::CharacterDevice, ..Stat::of(found)?.filestat() })
            }
        }
    }

    /// Changes the times of what a path leads to; of a link itself unless `follow`.
    ///
    /// # Errors
    /// As `utimensat`.
    pub fn path_filestat_set_times(
        &self,
        thread: &Thread,
        fd: u32,
        follow: bool,
        path: &[u8],
        accessed: Time,
        modified: Time,
    ) -> Result<()> {
        let start = self.start(fd)?;
        let shown = joined(&start.shown, path);
        let refused = || self.denied("change the times of", &shown);
        let flags = if follow { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
        let walked =
            self.tree.walk(thread, &*self.report, start, path, follow, &mut |mount, folder, rest| match beneath(
                folder, rest, flags,
            ) {
                Ok(_) if mount.access == Access::ReadOnly => Err(refused()),
                Ok(found) => set_times_of(found.as_fd(), accessed, modified).map(Some),
                Err(rustix::io::Errno::XDEV) => Ok(None),
                Err(error) => Err(error.into()),
            })?;
        match walked {
            Walked::Fast(()) => Ok(()),
            Walked::Slow(Target::Folder(place)) => match &place.spot {
                Spot::Host(mount, folder) if mount.access == Access::ReadWrite => {
                    set_times_of(folder.as_fd(), accessed, modified)
                }
                Spot::Scratch(scratch, node) => scratch.set_folder_times(*node, accessed, modified),
                Spot::Above | Spot::Host(..) => Err(refused()),
            },
            Walked::Slow(Target::Entry { folder, name }) => match &folder.spot {
                Spot::Host(mount, folder) if mount.access == Access::ReadWrite => {
                    let found = beneath(folder.as_fd(), &name, OFlags::PATH | OFlags::NOFOLLOW)?;
                    set_times_of(found.as_fd(), accessed, modified)
                }
                Spot::Scratch(scratch, node) => scratch.set_times(*node, &name, accessed, modified),
                Spot::Above | Spot::Host(..) => Err(refused()),
            },
            Walked::Slow(Target::Device(_)) => Err(refused()),
        }
    }

    /// Reads where a link leads, as much as there is room for, and returns how many bytes that was.
    ///
    /// # Errors
    /// As `readlinkat`.
    pub fn path_readlink(&self, thread: &Thread, fd: u32, path: &[u8], into: Part) -> Result<usize> {
        let Named { folder, name, .. } = self.named(thread, fd, path)?;
        if name.ends_with(b"/") {
            // It is a folder that is named, through the link.
            return self.path_filestat_get(thread, fd, true, path).and(Err(Errno::Inval));
        }
        if is_special(name) || self.tree.child(&folder, trimmed(name)).is_some() {
            return Err(Errno::Inval);
        }
        let target = match &folder.spot {
            Spot::Above => return Err(Errno::Noent),
            Spot::Host(_, folder) => rustix::fs::readlinkat(folder, name, Vec::new())?.into_bytes(),
            Spot::Scratch(scratch, node) => scratch.read_link(*node, name)?,
        };
        Ok(into.write(&target))
    }

    /// The folder that the last name of a path is in.
    pub(super) fn named<'p>(&self, thread: &Thread, fd: u32, path: &'p [u8]) -> Result<Named<'p>> {
        check(path)?;
        let start = self.start(fd)?;
        let shown = joined(&start.shown, path);
        let (folder, name) = split(path);
        let folder = match (folder.is_empty(), start) {
            (true, Start { place, .. }) => place,
            (false, start) => self.folder(thread, start, folder)?.0,
        };
        Ok(Named { folder, name, shown })
    }

    /// What is told of a name in a folder, which is no mount.
    pub(super) fn stat_entry(&self, folder: &Place, name: &[u8]) -> Result<Filestat> {
        match &folder.spot {
            Spot::Above => Err(Errno::Noent),
            Spot::Host(_, folder) => Ok(Stat::of_entry(folder, name)?.filestat()),
            Spot::Scratch(scratch, node) => scratch.stat(*node, name),
        }
    }

    /// Reports what may not be done.
    pub(super) fn denied(&self, operation: &'static str, shown: &[u8]) -> Errno {
        self.report.denied(operation, &String::from_utf8_lossy(shown));
        Errno::Access
    }
}

/// Whether a name is none.
pub(super) fn is_special(name: &[u8]) -> bool {
    matches!(trimmed(name), b"" | b"." | b"..")
}

impl Named<'_> {
    /// Whether both are in the same mount.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        match (&self.folder.spot, &other.folder.spot) {
            (Spot::Host(one, _), Spot::Host(other, _)) => Arc::ptr_eq(one, other),
            (Spot::Scratch(one, _), Spot::Scratch(other, _)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Whether there are slashes behind the name.
    pub(super) fn has_slash(&self) -> bool {
        self.name.ends_with(b"/")
    }
}
