//! Opening files and folders.

use super::System;
use super::paths::is_special;
use crate::description::Description;
use crate::files::{
    Device, FOLDER, HostFile, HostMount, How, OpenFolder, Place, ScratchFile, Spot, Start, Stat, Target, Walked,
    beneath, joined,
};
use crate::object::Object;
use crate::table::Descriptor;
use crate::{Access, Errno, FdFlags, Result, Rights, Thread};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use std::sync::Arc;

/// What opening a file takes besides the path, by WASI's numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenFlags {
    /// Whether a link at the end of the path is followed.
    pub follow: bool,
    /// What to open: create 1, a folder 2, nothing that is there 4, cut it off 8.
    pub open: u16,
    /// What the descriptor is to be good for.
    pub rights: Rights,
    /// What those are to be good for that are opened through it.
    pub inheriting: Rights,
    /// How it is read and written.
    pub fd_flags: FdFlags,
    /// Whether it is to be closed when another program is started.
    pub close_on_exec: bool,
}

impl System {
    /// Opens what a path leads to, and returns a descriptor.
    ///
    /// # Errors
    /// As `openat`.
    pub fn path_open(&self, thread: &Thread, fd: u32, path: &[u8], flags: OpenFlags) -> Result<u32> {
        let how = How::new(flags.follow, flags.open, flags.rights, flags.fd_flags)?;
        // Before anything is created.
        self.table.check_room()?;
        let object = self.opened(thread, fd, path, how)?;
        let description = Arc::new(Description::new(object, flags.fd_flags));
        let most = Descriptor::new(description);
        let (rights, inheriting) = (most.rights.and(flags.rights), most.inheriting.and(flags.inheriting));
        let close_on_exec = flags.close_on_exec;
        self.table.insert(Descriptor { rights, inheriting, close_on_exec, ..most }, 0)
    }

    /// Opens what a path leads to. What isn't there because nothing is mounted is refused, and the host hears of it.
    fn opened(&self, thread: &Thread, fd: u32, path: &[u8], how: How) -> Result<Object> {
        let found = self.found(thread, fd, path, how);
        if let Err(Errno::Noent) = found {
            let shown = joined(&self.start(fd)?.shown, path);
            if self.tree.is_outside(&shown) {
                self.report.denied("open", &String::from_utf8_lossy(&shown));
            }
        }
        found
    }

    fn found(&self, thread: &Thread, fd: u32, path: &[u8], how: How) -> Result<Object> {
        if how.create && path.ends_with(b"/") {
            // Only a folder has such a name, if what it is in is there.
            let named = self.named(thread, fd, path)?;
            return Err(if is_special(named.name) && how.exclusive { Errno::Exist } else { Errno::Isdir });
        }
        let start = Start { creates: how.create, ..self.start(fd)? };
        let shown = joined(&start.shown, path);
        let follow = how.follow && !how.exclusive;
        let walked = self.tree.walk(thread, &*self.report, start, path, follow, &mut |mount, folder, rest| {
            let how = match mount.access {
                Access::ReadOnly => match self.unchanging(mount, folder, rest, how, &shown)? {
                    Some(how) => how,
                    None => return Ok(None),
                },
                Access::ReadWrite => how,
            };
            let opened = mount.open_beneath(folder, rest, &how)?;
            Ok(opened.map(|(fd, stat)| (mount.clone(), fd, stat)))
        })?;
        match walked {
            Walked::Fast((mount, fd, stat)) => host_object(mount, fd, &stat, &how, shown),
            Walked::Slow(Target::Folder(place)) => open_place(place, &how, shown),
            Walked::Slow(Target::Device(device)) => open_device(device, &how),
            Walked::Slow(Target::Entry { folder, name }) => match folder.spot {
                Spot::Above if how.create || how.changes() => Err(self.denied("create or write", &shown)),
                Spot::Above => Err(Errno::Noent),
                Spot::Host(mount, folder) => {
                    let how = match mount.access {
                        Access::ReadOnly => {
                            self.unchanging(&mount, folder.as_fd(), &name, how, &shown)?.ok_or(Errno::Xdev)?
                        }
                        Access::ReadWrite => how,
                    };
                    let (fd, stat) = mount.open_entry(folder.as_fd(), &name, &how)?;
                    host_object(mount, fd, &stat, &how, shown)
                }
                Spot::Scratch(..) if name.ends_with(b"/") => Err(if how.create { Errno::Isdir } else { Errno::Noent }),
                Spot::Scratch(scratch, node) => {
                    let file = scratch.open(node, &name, &how)?;
                    Ok(Object::Scratch(ScratchFile::new(file, scratch, &how)))
                }
            },
        }
    }

    /// How something is opened in a folder that may only be read, if that is allowed. Nothing if the path leads out.
    fn unchanging(
        &self,
        mount: &HostMount,
        folder: BorrowedFd<'_>,
        path: &[u8],
        how: How,
        shown: &[u8],
    ) -> Result<Option<How>> {
        if !how.changes() && !how.create {
            return Ok(Some(how));
        }
        let operation = if how.create || how.truncate { "create or write" } else { "write" };
        let flags = if how.follow && !how.exclusive { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
        match beneath(folder, path, flags) {
            Ok(_) if how.exclusive => Err(Errno::Exist),
            Ok(found) if Stat::of(&found)?.is_folder() => Err(Errno::Isdir),
            // The path to what was to be written: links may have led there.
            Ok(found) if how.changes() => {
                let found = self.tree.path_in(mount, &found);
                Err(self.denied(operation, found.as_deref().unwrap_or(shown)))
            }
            Ok(_) => Ok(Some(How { create: false, ..how })),
            Err(rustix::io::Errno::NOENT) if how.create => Err(self.denied(operation, shown)),
            Err(rustix::io::Errno::XDEV) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn host_object(mount: Arc<HostMount>, fd: OwnedFd, stat: &Stat, how: &How, shown: Vec<u8>) -> Result<Object> {
    if stat.is_file() {
        return Ok(Object::File(HostFile::new(fd, stat, mount, how)?));
    }
    let fd = Arc::new(fd);
    let place = Place { point: None, spot: Spot::Host(mount, fd.clone()) };
    Ok(Object::Folder(OpenFolder::readable(place, shown, fd)))
}

/// Opens a folder that was found.
fn open_place(place: Place, how: &How, shown: Vec<u8>) -> Result<Object> {
    match &place.spot {
        _ if how.exclusive => Err(Errno::Exist),
        _ if how.create || how.changes() => Err(Errno::Isdir),
        Spot::Host(_, folder) => {
            let fd = beneath(folder.as_fd(), b".", FOLDER.difference(OFlags::PATH) | OFlags::RDONLY)?;
            Ok(Object::Folder(OpenFolder::readable(place, shown, Arc::new(fd))))
        }
        Spot::Above | Spot::Scratch(..) => Ok(Object::Folder(OpenFolder::new(place, shown))),
    }
}

fn open_device(device: Device, how: &How) -> Result<Object> {
    match how {
        How { exclusive: true, .. } => Err(Errno::Exist),
        How { directory: true, .. } => Err(Errno::Notdir),
        _ => {
            let flags = how.flags().difference(OFlags::CREATE | OFlags::TRUNC) | OFlags::CLOEXEC;
            Ok(Object::Device(rustix::fs::open(device.path(), flags, Mode::empty())?))
        }
    }
}
