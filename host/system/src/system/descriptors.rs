//! Calls on any descriptor.

use super::System;
use super::current::CURRENT;
use crate::object::FOLDER_RIGHTS;
use crate::part::Part;
use crate::table::Descriptor;
use crate::transfer::MAX_PARTS;
use crate::{Errno, FdFlags, Fdstat, Filetype, Result, Thread};

impl System {
    /// Reads into the parts, in order; nothing at the end.
    ///
    /// # Errors
    /// As `readv`.
    pub fn fd_read(&self, thread: &Thread, fd: u32, parts: &[Part]) -> Result<usize> {
        check_parts(parts)?;
        let description = self.table.description(fd)?;
        description.object.read(thread, parts, description.waits())
    }

    /// Writes the parts, in order. Less than all of it may be written.
    ///
    /// # Errors
    /// As `writev`.
    pub fn fd_write(&self, thread: &Thread, fd: u32, parts: &[Part]) -> Result<usize> {
        check_parts(parts)?;
        let description = self.table.description(fd)?;
        description.object.write(thread, parts, description.waits())
    }

    /// Closes a descriptor. A call that waits for it goes on.
    ///
    /// # Errors
    /// It isn't open.
    pub fn fd_close(&self, fd: u32) -> Result<()> {
        self.table.close(fd).map(|closed| self.unlock_parts(Some(&closed)))
    }

    /// Another descriptor of the same, with the lowest free number from `least` on.
    ///
    /// # Errors
    /// It isn't open, or too many are.
    pub fn fd_dup(&self, fd: u32, least: u32, close_on_exec: bool) -> Result<u32> {
        let descriptor = self.table.get(fd)?;
        if least >= self.table.limit() {
            return Err(Errno::Inval);
        }
        self.table.insert(Descriptor { close_on_exec, preopened: None, ..descriptor }, least)
    }

    /// Makes `to` a descriptor of the same; what it was before is closed. A descriptor that is made its own is left as it
    /// is.
    ///
    /// This is `dup2`. WASIX has no call of that kind (its `fd_dup2` is [`System::fd_dup`]): `dup2` and `dup3` of its C
    /// library call `fd_renumber`, use both descriptors afterwards, and may name a number that is free. So a module that
    /// imports anything of WASIX's gets this as `fd_renumber`. That library's `freopen` expects what WASI says, and
    /// leaves a descriptor open.
    ///
    /// # Errors
    /// `fd` isn't open, or `to` is too large.
    pub fn fd_dup2(&self, fd: u32, to: u32, close_on_exec: bool) -> Result<()> {
        self.table.duplicate(fd, to, close_on_exec).map(|replaced| self.unlock_parts(replaced.as_ref()))
    }

    /// Moves a descriptor to the number of another one, which is closed; `from` is free afterwards, unless it is `to`.
    ///
    /// This is `fd_renumber` as WASI has it: for modules that import nothing of WASIX's. [`System::fd_dup2`] is what the
    /// others get. All descriptors are alike to it: those of standard streams, and those that were open from the
    /// beginning, which keep their name.
    ///
    /// # Errors
    /// [`Errno::Badf`] if one of them isn't open.
    pub fn fd_renumber(&self, from: u32, to: u32) -> Result<()> {
        self.table.renumber(from, to).map(|replaced| self.unlock_parts(replaced.as_ref()))
    }

    /// What is told of a descriptor. The current folder has none, and is told of by [`CURRENT`]: a C library asks what
    /// it may open through it, and learns that paths may be relative to it.
    ///
    /// # Errors
    /// It isn't open.
    pub fn fd_fdstat_get(&self, fd: u32) -> Result<Fdstat> {
        if fd == CURRENT {
            let (rights, inheriting) = FOLDER_RIGHTS;
            return Ok(Fdstat { filetype: Filetype::Directory, flags: FdFlags::NONE, rights, inheriting });
        }
        let Descriptor { description, rights, inheriting, .. } = self.table.get(fd)?;
        Ok(Fdstat { filetype: description.object.filetype(), flags: description.flags(), rights, inheriting })
    }

    /// Changes how a descriptor, and all that share what it stands for, reads and writes.
    ///
    /// # Errors
    /// It isn't open, or can't be changed that way.
    pub fn fd_fdstat_set_flags(&self, fd: u32, flags: FdFlags) -> Result<()> {
        let description = self.table.description(fd)?;
        description.object.set_flags(description.flags(), flags)?;
        description.set_flags(flags);
        Ok(())
    }

    /// Would take rights away. They are told, and decide nothing, so that it fails for each descriptor.
    ///
    /// # Errors
    /// It isn't open, or this isn't supported.
    pub fn fd_fdstat_set_rights(&self, fd: u32) -> Result<()> {
        self.table.description(fd)?;
        Err(Errno::Notsup)
    }

    /// Whether a descriptor is to be closed when another program is started.
    ///
    /// # Errors
    /// It isn't open.
    pub fn fd_fdflags_get(&self, fd: u32) -> Result<bool> {
        Ok(self.table.get(fd)?.close_on_exec)
    }

    /// Says whether a descriptor is to be closed when another program is started.
    ///
    /// # Errors
    /// It isn't open.
    pub fn fd_fdflags_set(&self, fd: u32, close_on_exec: bool) -> Result<()> {
        self.table.update(fd, |descriptor| {
            descriptor.close_on_exec = close_on_exec;
            Ok(())
        })
    }

    /// Whether a descriptor is a terminal.
    pub fn is_terminal(&self, fd: u32) -> bool {
        self.table.description(fd).is_ok_and(|description| description.object.is_terminal())
    }
}

fn check_parts(parts: &[Part]) -> Result<()> {
    if parts.len() > MAX_PARTS { Err(Errno::Inval) } else { Ok(()) }
}
