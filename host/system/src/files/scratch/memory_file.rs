//! A file in memory.

use super::chunks::Chunks;
use super::locks::Locks;
use crate::files::space::Space;
use crate::part::Part;
use crate::transfer::MAX_BYTES;
use crate::{Errno, Filestat, Filetype, Result, Thread, Time};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A file. Its bytes are there until the last name and the last handle are gone.
#[derive(Debug)]
pub(crate) struct MemoryFile {
    inner: Mutex<Inner>,
    pub(super) locks: Locks,
    /// How many names it has.
    pub(super) links: AtomicU64,
    device: u64,
    inode: u64,
}

#[derive(Debug)]
struct Inner {
    chunks: Chunks,
    times: Times,
}

/// When something was read, written and changed, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) accessed: u64,
    pub(super) modified: u64,
    pub(super) changed: u64,
}

impl MemoryFile {
    pub(super) fn new(space: &Space, device: u64, inode: u64) -> Self {
        let inner = Inner { chunks: Chunks::new(space), times: Times::now() };
        Self { inner: Mutex::new(inner), locks: Locks::default(), links: AtomicU64::new(1), device, inode }
    }

    /// Reads up to the end, from a position on that is moved.
    pub(super) fn read(&self, parts: &[Part], at: &mut u64) -> usize {
        let inner = self.inner();
        let start = *at;
        for part in parts {
            let read = inner.chunks.read(part.first(MAX_BYTES - (*at - start) as usize), *at);
            *at += read as u64;
            if read < part.len() {
                break;
            }
        }
        (*at - start) as usize
    }

    /// Copies from there on, as much as there is.
    pub(super) fn copy(&self, into: &mut [u8], at: u64) -> usize {
        self.inner().chunks.copy(into, at)
    }

    /// Writes as much as fits, from a position on that is moved, or at the end.
    pub(super) fn write(&self, parts: &[Part], at: &mut u64, append: bool) -> Result<usize> {
        let mut inner = self.inner();
        let start = if append { inner.chunks.len() } else { *at };
        // Positions in files are signed.
        if start > i64::MAX as u64 - MAX_BYTES as u64 {
            return Err(Errno::Fbig);
        }
        let mut end = start;
        for part in parts {
            let part = part.first(MAX_BYTES - (end - start) as usize);
            let written = inner.chunks.write(part, end);
            end += written as u64;
            if written < part.len() {
                break;
            }
        }
        if end == start {
            return if parts.iter().all(|part| part.len() == 0) { Ok(0) } else { Err(Errno::Nospc) };
        }
        inner.times.wrote();
        *at = end;
        Ok((end - start) as usize)
    }

    pub(super) fn len(&self) -> u64 {
        self.inner().chunks.len()
    }

    pub(super) fn set_len(&self, len: u64) -> Result<()> {
        if len > i64::MAX as u64 {
            return Err(Errno::Inval);
        }
        let mut inner = self.inner();
        inner.chunks.set_len(len);
        inner.times.wrote();
        Ok(())
    }

    pub(super) fn allocate(&self, thread: &Thread, offset: u64, len: u64) -> Result<()> {
        let end = offset.checked_add(len).filter(|end| *end <= i64::MAX as u64).ok_or(Errno::Fbig)?;
        self.inner().chunks.allocate(thread, offset, end)
    }

    pub(super) fn set_times(&self, accessed: Time, modified: Time) {
        self.inner().times.set(accessed, modified);
    }

    pub(super) fn stat(&self) -> Filestat {
        let inner = self.inner();
        let links = self.links.load(Ordering::Relaxed);
        inner.times.stat(self.device, self.inode, Filetype::RegularFile, links, inner.chunks.len())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Times {
    pub(super) fn now() -> Self {
        let now = now();
        Self { accessed: now, modified: now, changed: now }
    }

    pub(super) fn wrote(&mut self) {
        self.modified = now();
        self.changed = self.modified;
    }

    pub(super) fn set(&mut self, accessed: Time, modified: Time) {
        let now = now();
        for (time, set) in [(&mut self.accessed, accessed), (&mut self.modified, modified)] {
            match set {
                Time::Keep => {}
                Time::Now => *time = now,
                Time::At(at) => *time = at,
            }
        }
        self.changed = now;
    }

    pub(super) fn stat(&self, device: u64, inode: u64, filetype: Filetype, links: u64, size: u64) -> Filestat {
        let Self { accessed, modified, changed } = *self;
        let mode = match filetype {
            Filetype::Directory => 0o755,
            Filetype::SymbolicLink => 0o777,
            _ => 0o644,
        };
        Filestat { device, inode, filetype, mode, links, size, accessed, modified, changed }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}
