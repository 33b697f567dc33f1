//! Calls on open files.

use super::System;
use crate::files::set_times_of;
use crate::files::{Spot, Stat};
use crate::object::Object;
use crate::part::Part;
use crate::transfer::{self, At, MAX_BYTES, MAX_PARTS};
use crate::{Access, Errno, Filestat, Result, Thread, Time};
use rustix::fs::{Advice, SeekFrom};
use std::num::NonZeroU64;

impl System {
    /// Reads from somewhere in a file, and leaves its position.
    ///
    /// # Errors
    /// As `preadv`.
    pub fn fd_pread(&self, _thread: &Thread, fd: u32, parts: &[Part], offset: u64) -> Result<usize> {
        if parts.len() > MAX_PARTS {
            return Err(Errno::Inval);
        }
        match &self.table.description(fd)?.object {
            Object::File(file) => file.read(parts, At::Offset(offset)),
            Object::Scratch(file) => file.read(parts, At::Offset(offset)),
            Object::Device(fd) => transfer::read(fd, parts, At::Offset(offset)),
            Object::Folder(_) => Err(Errno::Isdir),
            _ => Err(Errno::Spipe),
        }
    }

    /// Writes somewhere in a file, and leaves its position.
    ///
    /// # Errors
    /// As `pwritev`.
    pub fn fd_pwrite(&self, _thread: &Thread, fd: u32, parts: &[Part], offset: u64) -> Result<usize> {
        if parts.len() > MAX_PARTS {
            return Err(Errno::Inval);
        }
        match &self.table.description(fd)?.object {
            Object::File(file) => file.write(parts, At::Offset(offset)),
            Object::Scratch(file) => file.write(parts, At::Offset(offset)),
            Object::Device(fd) => transfer::write(fd, parts, MAX_BYTES, At::Offset(offset)),
            Object::Folder(_) => Err(Errno::Badf),
            _ => Err(Errno::Spipe),
        }
    }

    /// Moves the position of a file, and returns it: from the beginning (0), the position (1) or the end (2).
    ///
    /// # Errors
    /// As `lseek`.
    pub fn fd_seek(&self, fd: u32, offset: i64, whence: u8) -> Result<u64> {
        let to = match whence {
            0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Inval)?),
            1 => SeekFrom::Current(offset),
            2 => SeekFrom::End(offset),
            _ => return Err(Errno::Inval),
        };
        match &self.table.description(fd)?.object {
            Object::File(file) => file.seek(to),
            Object::Scratch(file) => file.seek(to),
            Object::Device(fd) => Ok(rustix::fs::seek(fd, to)?),
            Object::Folder(_) => Err(Errno::Badf),
            _ => Err(Errno::Spipe),
        }
    }

    /// The position of a file.
    ///
    /// # Errors
    /// As `lseek`.
    pub fn fd_tell(&self, fd: u32) -> Result<u64> {
        self.fd_seek(fd, 0, 1)
    }

    /// What is told of what is open.
    ///
    /// # Errors
    /// It isn't open.
    pub fn fd_filestat_get(&self, fd: u32) -> Result<Filestat> {
        let description = self.table.description(fd)?;
        let object = &description.object;
        let filetype = object.filetype();
        match object {
            Object::File(file) => file.stat(),
            Object::Scratch(file) => Ok(file.stat()),
            Object::Folder(folder) if folder.is_current => self.tree.stat(&self.start(fd)?.place),
            Object::Folder(folder) => self.tree.stat(&folder.place),
            other => match other.file().or(other.pollable()) {
                Some(fd) => Ok(Filestat { filetype, ..Stat::of(fd)?.filestat() }),
                None => Ok(Filestat {
                    device: 0,
                    inode: 0,
                    filetype,
                    mode: 0o600,
                    links: 1,
                    size: 0,
                    accessed: 0,
                    modified: 0,
                    changed: 0,
                }),
            },
        }
    }

    /// Cuts a file off, or appends zeros.
    ///
    /// # Errors
    /// As `ftruncate`.
    pub fn fd_filestat_set_size(&self, fd: u32, size: u64) -> Result<()> {
        match &self.table.description(fd)?.object {
            Object::File(file) => file.set_len(size),
            Object::Scratch(file) => file.set_len(size),
            Object::Folder(_) => Err(Errno::Badf),
            _ => Err(Errno::Inval),
        }
    }

    /// Changes the times of what is open.
    ///
    /// # Errors
    /// As `futimens`.
    pub fn fd_filestat_set_times(&self, fd: u32, accessed: Time, modified: Time) -> Result<()> {
        match &self.table.description(fd)?.object {
            Object::File(file) => file.set_times(accessed, modified),
            Object::Scratch(file) => {
                file.set_times(accessed, modified);
                Ok(())
            }
            Object::Folder(_) => match &self.start(fd)?.place.spot {
                Spot::Host(mount, folder) if mount.access == Access::ReadWrite => {
                    set_times_of(rustix::fd::AsFd::as_fd(folder), accessed, modified)
                }
                Spot::Scratch(scratch, node) => scratch.set_folder_times(*node, accessed, modified),
                Spot::Host(..) | Spot::Above => Err(Errno::Access),
            },
            _ => Err(Errno::Inval),
        }
    }

    /// Makes sure that there is space for a part of a file.
    ///
    /// # Errors
    /// As `fallocate`.
    pub fn fd_allocate(&self, thread: &Thread, fd: u32, offset: u64, len: u64) -> Result<()> {
        match &self.table.description(fd)?.object {
            Object::File(file) => file.allocate(thread, offset, len),
            Object::Scratch(file) => file.allocate(thread, offset, len),
            Object::Folder(_) => Err(Errno::Badf),
            Object::Device(_) => Err(Errno::Nodev),
            _ => Err(Errno::Spipe),
        }
    }

    /// Tells how a part of a file will be used, by WASI's numbers.
    ///
    /// # Errors
    /// As `posix_fadvise`.
    pub fn fd_advise(&self, fd: u32, offset: u64, len: u64, advice: u8) -> Result<()> {
        let advice = match advice {
            0 => Advice::Normal,
            1 => Advice::Sequential,
            2 => Advice::Random,
            3 => Advice::WillNeed,
            4 => Advice::DontNeed,
            5 => Advice::NoReuse,
            _ => return Err(Errno::Inval),
        };
        if offset.checked_add(len).is_none_or(|end| end > i64::MAX as u64) {
            return Err(Errno::Inval);
        }
        match &self.table.description(fd)?.object {
            Object::File(file) => Ok(rustix::fs::fadvise(file.fd(), offset, NonZeroU64::new(len), advice)?),
            Object::Scratch(_) | Object::Device(_) => Ok(()),
            Object::Folder(_) => Err(Errno::Badf),
            _ => Err(Errno::Spipe),
        }
    }

    /// Brings a file or a folder to the disk.
    ///
    /// # Errors
    /// As `fsync`.
    pub fn fd_sync(&self, fd: u32) -> Result<()> {
        match &self.table.description(fd)?.object {
            Object::File(file) => Ok(rustix::fs::fsync(file.fd())?),
            other => self.sync_other(fd, other),
        }
    }

    /// Brings a file's content to the disk.
    ///
    /// # Errors
    /// As `fdatasync`.
    pub fn fd_datasync(&self, fd: u32) -> Result<()> {
        match &self.table.description(fd)?.object {
            Object::File(file) => Ok(rustix::fs::fdatasync(file.fd())?),
            other => self.sync_other(fd, other),
        }
    }

    fn sync_other(&self, fd: u32, object: &Object) -> Result<()> {
        match object {
            Object::Folder(folder) if folder.is_current => self.current_folder(fd)?.sync(),
            Object::Folder(folder) => folder.sync(),
            Object::Scratch(_) | Object::Output(_) => Ok(()),
            _ => Err(Errno::Inval),
        }
    }
}
