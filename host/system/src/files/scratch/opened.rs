//! An open file of a scratch folder.

use super::locks::Held;
use super::{MemoryFile, Scratch};
use crate::files::open::How;
use crate::part::Part;
use crate::transfer::At;
use crate::{Errno, FdFlags, Filestat, Lock, Result, Thread, Time};
use rustix::fs::SeekFrom;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file with a position.
#[derive(Debug)]
pub(crate) struct ScratchFile {
    file: Arc<MemoryFile>,
    scratch: Arc<Scratch>,
    /// Held while it is read or written at the position.
    position: Mutex<u64>,
    append: AtomicBool,
    readable: bool,
    writable: bool,
    /// The lock that it has.
    held: Held,
}

impl ScratchFile {
    pub(crate) fn new(file: Arc<MemoryFile>, scratch: Arc<Scratch>, how: &How) -> Self {
        Self {
            file,
            scratch,
            position: Mutex::new(0),
            append: AtomicBool::new(how.fd_flags.contains(FdFlags::APPEND)),
            readable: how.read,
            writable: how.write,
            held: Held::default(),
        }
    }

    pub(crate) fn read(&self, parts: &[Part], at: At) -> Result<usize> {
        if !self.readable {
            return Err(Errno::Badf);
        }
        match at {
            At::Position => Ok(self.file.read(parts, &mut self.position())),
            At::Offset(offset) if offset > i64::MAX as u64 => Err(Errno::Inval),
            At::Offset(mut offset) => Ok(self.file.read(parts, &mut offset)),
        }
    }

    /// Copies from there on, as much as there is.
    pub(crate) fn copy(&self, into: &mut [u8], at: u64) -> Result<usize> {
        match self.readable {
            true if at > i64::MAX as u64 => Err(Errno::Inval),
            true => Ok(self.file.copy(into, at)),
            false => Err(Errno::Badf),
        }
    }

    pub(crate) fn write(&self, parts: &[Part], at: At) -> Result<usize> {
        if !self.writable {
            return Err(Errno::Badf);
        }
        let append = self.append.load(Ordering::Relaxed);
        let written = match at {
            At::Position => self.file.write(parts, &mut self.position(), append),
            At::Offset(offset) if offset > i64::MAX as u64 => Err(Errno::Inval),
            At::Offset(mut offset) => self.file.write(parts, &mut offset, append),
        }?;
        self.scratch.count_written(written);
        Ok(written)
    }

    pub(crate) fn seek(&self, to: SeekFrom) -> Result<u64> {
        let mut position = self.position();
        let new = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => position.checked_add_signed(by),
            SeekFrom::End(by) => self.file.len().checked_add_signed(by),
            _ => None,
        };
        *position = new.filter(|at| *at <= i64::MAX as u64).ok_or(Errno::Inval)?;
        Ok(*position)
    }

    pub(crate) fn stat(&self) -> Filestat {
        self.file.stat()
    }

    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        if self.writable { self.file.set_len(len) } else { Err(Errno::Inval) }
    }

    pub(crate) fn allocate(&self, thread: &Thread, offset: u64, len: u64) -> Result<()> {
        match self.writable {
            _ if len == 0 => Err(Errno::Inval),
            true => self.file.allocate(thread, offset, len),
            false => Err(Errno::Badf),
        }
    }

    pub(crate) fn set_times(&self, accessed: Time, modified: Time) {
        self.file.set_times(accessed, modified);
    }

    pub(crate) fn set_flags(&self, flags: FdFlags) {
        self.append.store(flags.contains(FdFlags::APPEND), Ordering::Relaxed);
    }

    pub(crate) fn lock(&self, thread: &Thread, lock: Lock, wait: bool) -> Result<()> {
        self.file.locks.lock(&self.held, thread, lock, wait)
    }

    fn position(&self) -> MutexGuard<'_, u64> {
        // Nothing panics while it holds the lock.
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        self.file.locks.release(&self.held);
    }
}
