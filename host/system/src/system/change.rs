//! Calls that change what is in folders.

use super::System;
use super::paths::{Named, is_special};
use crate::files::{Fast, Place, Spot, Stat, Target, Walked, check, climb, joined, trimmed};
use crate::{Access, Errno, Filetype, Result, Thread};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, linkat, mkdirat, renameat, symlinkat, unlinkat};

impl System {
    /// Makes a folder.
    ///
    /// # Errors
    /// As `mkdirat`.
    pub fn path_create_directory(&self, thread: &Thread, fd: u32, path: &[u8]) -> Result<()> {
        let named = self.named(thread, fd, path)?;
        let name = trimmed(named.name);
        if is_special(name) || self.tree.child(&named.folder, name).is_some() {
            return Err(Errno::Exist);
        }
        if !is_changeable(&named.folder) && self.stat_entry(&named.folder, name).is_ok() {
            return Err(Errno::Exist);
        }
        match self.changeable(&named, "create the folder")? {
            Spot::Host(mount, folder) => {
                mount.check_room_below(folder.as_fd(), thread)?;
                mount.create(|| mkdirat(folder, named.name, Mode::RWXU | Mode::RWXG | Mode::RWXO))
            }
            Spot::Scratch(scratch, node) => scratch.create_folder(*node, name),
            Spot::Above => Err(Errno::Noent),
        }
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// As `rmdir`.
    pub fn path_remove_directory(&self, thread: &Thread, fd: u32, path: &[u8]) -> Result<()> {
        let named = self.named(thread, fd, path)?;
        match self.changeable(&named, "remove the folder")? {
            Spot::Host(mount, folder) => mount.remove(
                || Stat::of_entry(folder, trimmed(named.name)).ok(),
                || unlinkat(folder, named.name, AtFlags::REMOVEDIR),
            ),
            Spot::Scratch(scratch, node) => match trimmed(named.name) {
                b"." => Err(Errno::Inval),
                b".." => Err(Errno::Notempty),
                name => scratch.remove_folder(*node, name),
            },
            Spot::Above => Err(Errno::Noent),
        }
    }

    /// Removes a file or a link.
    ///
    /// # Errors
    /// As `unlink`.
    pub fn path_unlink_file(&self, thread: &Thread, fd: u32, path: &[u8]) -> Result<()> {
        let named = self.named(thread, fd, path)?;
        match self.changeable(&named, "remove")? {
            Spot::Host(mount, folder) => mount.remove(
                || Stat::of_entry(folder, trimmed(named.name)).ok(),
                || unlinkat(folder, named.name, AtFlags::empty()),
            ),
            Spot::Scratch(..) if is_special(named.name) => Err(Errno::Isdir),
            Spot::Scratch(scratch, node) => match scratch.stat(*node, trimmed(named.name))?.filetype {
                Filetype::Directory => Err(Errno::Isdir),
                _ if named.has_slash() => Err(Errno::Notdir),
                _ => scratch.remove_file(*node, named.name),
            },
            Spot::Above => Err(Errno::Noent),
        }
    }

    /// Moves something to another name, in the place of what is there, within one mount.
    ///
    /// # Errors
    /// As `renameat`; [`Errno::Xdev`] from one mount to another.
    pub fn path_rename(&self, thread: &Thread, fd: u32, path: &[u8], to_fd: u32, to_path: &[u8]) -> Result<()> {
        let (from, to) = (self.named(thread, fd, path)?, self.named(thread, to_fd, to_path)?);
        self.changeable(&from, "rename")?;
        self.changeable(&to, "rename to")?;
        if !from.is_beside(&to) {
            return Err(Errno::Xdev);
        }
        match (&from.folder.spot, &to.folder.spot) {
            (Spot::Host(mount, folder), Spot::Host(_, to_folder)) => {
                self.check_moved_link(thread, folder, &from, &to)?;
                mount.check_move((folder.as_fd(), trimmed(from.name)), to_folder.as_fd(), thread)?;
                let entry = |folder: &OwnedFd, name| Stat::of_entry(folder, trimmed(name)).ok();
                // Two names of one file stay as they are.
                let replaced = || {
                    let replaced = entry(to_folder, to.name)?;
                    let is_same = entry(folder, from.name).is_some_and(|moved| moved.id() == replaced.id());
                    (!is_same).then_some(replaced)
                };
                mount.remove(replaced, || renameat(folder, from.name, to_folder, to.name))
            }
            (Spot::Scratch(scratch, node), Spot::Scratch(_, to_node)) => {
                if is_special(from.name) || is_special(to.name) {
                    return Err(Errno::Busy);
                }
                let (name, to_name) = (trimmed(from.name), trimmed(to.name));
                let moves_folder = scratch.stat(*node, name)?.filetype == Filetype::Directory;
                if (from.has_slash() || to.has_slash()) && !moves_folder {
                    return Err(Errno::Notdir);
                }
                scratch.rename((*node, name), (*to_node, to_name))
            }
            _ => Err(Errno::Xdev),
        }
    }

    /// Gives a file another name, within one mount; to a link itself unless `follow`.
    ///
    /// # Errors
    /// As `linkat`; [`Errno::Xdev`] from one mount to another.
    pub fn path_link(
        &self,
        thread: &Thread,
        fd: u32,
        follow: bool,
        path: &[u8],
        to_fd: u32,
        to_path: &[u8],
    ) -> Result<()> {
        let target;
        let from = if follow {
            let (folder, name, shown) = self.followed(thread, fd, path)?;
            target = name;
            Named { folder, name: &target, shown }
        } else {
            self.named(thread, fd, path)?
        };
        self.changeable(&from, "link")?;
        let found = self.existing(thread, fd, path, &from)?;
        let to = self.named(thread, to_fd, to_path)?;
        self.changeable(&to, "create the link")?;
        if !from.is_beside(&to) {
            return Err(Errno::Xdev);
        }
        match (&from.folder.spot, &to.folder.spot) {
            (Spot::Host(mount, folder), Spot::Host(_, to_folder)) => {
                self.check_moved_link(thread, folder, &from, &to)?;
                mount.create(|| linkat(folder, from.name, to_folder, to.name, AtFlags::empty()))
            }
            (Spot::Scratch(scratch, node), Spot::Scratch(_, to_node)) => {
                self.check_new(&to)?;
                match found {
                    Filetype::Directory if self.stat_entry(&to.folder, to.name).is_ok() => Err(Errno::Exist),
                    Filetype::Directory => Err(Errno::Perm),
                    _ => scratch.link((*node, from.name), (*to_node, to.name)),
                }
            }
            _ => Err(Errno::Xdev),
        }
    }

    /// Makes a symbolic link. In a folder of the host's it leads down, or up first as far as the mount goes.
    ///
    /// # Errors
    /// As `symlinkat`; [`Errno::Access`] if the link would lead out.
    pub fn path_symlink(&self, thread: &Thread, target: &[u8], fd: u32, path: &[u8]) -> Result<()> {
        check(target)?;
        let named = self.named(thread, fd, path)?;
        if self.strict_paths && target.starts_with(b"/") {
            return Err(Errno::Perm);
        }
        match self.changeable(&named, "create the link")? {
            Spot::Host(mount, folder) => {
                self.check_link(thread, target, &named)?;
                mount.create(|| symlinkat(target, folder, named.name))
            }
            Spot::Scratch(scratch, node) => {
                self.check_new(&named)?;
                scratch.create_link(target, *node, named.name)
            }
            Spot::Above => Err(Errno::Noent),
        }
    }

    /// Where a path leads through all links: the folder, the name in it, and the path for the host. The name may be that
    /// of nothing; a folder is named from within.
    fn followed(&self, thread: &Thread, fd: u32, path: &[u8]) -> Result<(Place, Vec<u8>, Vec<u8>)> {
        let start = self.start(fd)?;
        let shown = joined(&start.shown, path);
        // The kernel would follow the links, and not say which name they end at.
        let by_name: Fast<'_, ()> = &mut |_, _, _| Ok(None);
        match self.tree.walk(thread, &*self.report, start, path, true, by_name)? {
            Walked::Slow(Target::Entry { folder, name }) => Ok((folder, name, shown)),
            Walked::Slow(Target::Folder(place)) => Ok((place, b".".to_vec(), shown)),
            Walked::Slow(Target::Device(_)) | Walked::Fast(()) => Err(self.denied("link", &shown)),
        }
    }

    /// What is under the name at the end of a path; a folder if there are slashes behind it.
    fn existing(&self, thread: &Thread, fd: u32, path: &[u8], named: &Named<'_>) -> Result<Filetype> {
        if is_special(named.name) {
            return Ok(Filetype::Directory);
        }
        match self.stat_entry(&named.folder, trimmed(named.name))?.filetype {
            Filetype::SymbolicLink if named.has_slash() => Ok(self.path_filestat_get(thread, fd, true, path)?.filetype),
            Filetype::Directory => Ok(Filetype::Directory),
            _ if named.has_slash() => Err(Errno::Notdir),
            other => Ok(other),
        }
    }

    /// Fails for a name that can't be that of a new link.
    fn check_new(&self, named: &Named<'_>) -> Result<()> {
        match is_special(named.name) {
            true => Err(Errno::Exist),
            false if named.has_slash() => self.stat_entry(&named.folder, trimmed(named.name)).and(Err(Errno::Exist)),
            false => Ok(()),
        }
    }

    /// The folder that a name is in, if what is there may be changed. What is mounted stays where it is.
    pub(super) fn changeable<'n>(&self, named: &'n Named<'_>, operation: &'static str) -> Result<&'n Spot> {
        let name = trimmed(named.name);
        let is_mounted = name.is_empty() || self.tree.child(&named.folder, name).is_some();
        match is_mounted || !is_changeable(&named.folder) {
            true => Err(self.denied(operation, &named.shown)),
            false => Ok(&named.folder.spot),
        }
    }

    /// Fails if a link would lead out of its mount: for the host's own programs, which follow it wherever it leads.
    fn check_link(&self, thread: &Thread, target: &[u8], at: &Named<'_>) -> Result<()> {
        let Spot::Host(mount, folder) = &at.folder.spot else { return Ok(()) };
        let leads_out = match climb(target) {
            Some(0) => false,
            Some(climb) => mount.depth(folder.as_fd(), thread)? < climb,
            None => true,
        };
        if leads_out { Err(self.denied("create the link", &at.shown)) } else { Ok(()) }
    }

    /// The same for a link that is there, if that is what is moved.
    fn check_moved_link(&self, thread: &Thread, folder: &OwnedFd, from: &Named<'_>, to: &Named<'_>) -> Result<()> {
        match rustix::fs::readlinkat(folder, trimmed(from.name), Vec::new()) {
            // The host may have made one that leads out; it leads nowhere else if it climbs as far from there.
            Ok(target) if climb(target.as_bytes()).is_some_and(|climb| climb > 0) => {
                self.check_link(thread, target.as_bytes(), to)
            }
            _ => Ok(()),
        }
    }
}

fn is_changeable(folder: &Place) -> bool {
    match &folder.spot {
        Spot::Above => false,
        Spot::Host(mount, _) => mount.access == Access::ReadWrite,
        Spot::Scratch(..) => true,
    }
}
