//! An open file of the host's.

use super::host::{Access, HostMount};
use super::open::How;
use super::stat::{Id, Stat};
use crate::part::{Part, total};
use crate::transfer::{self, At, MAX_BYTES};
use crate::{Errno, FdFlags, Filestat, Lock, Result, Thread, Time};
use rustix::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FallocateFlags, Mode, OFlags, SeekFrom, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes for which space is taken at once. A file system in memory clears them all.
const ALLOCATED_AT_ONCE: u64 = 4 << 20;

/// A regular file. The kernel's descriptor has its position and its flags.
#[derive(Debug)]
pub(crate) struct HostFile {
    fd: OwnedFd,
    mount: Arc<HostMount>,
    id: Id,
    readable: bool,
    writable: bool,
    /// Whether each write goes to the end.
    appends: AtomicBool,
}

impl HostFile {
    /// A file that was opened, and is registered with the mount's ledger.
    pub(crate) fn new(fd: OwnedFd, stat: &Stat, mount: Arc<HostMount>, how: &How) -> Result<Self> {
        let appends = AtomicBool::new(how.fd_flags.contains(FdFlags::APPEND));
        let file = Self { fd, mount, id: stat.id(), readable: how.read, writable: how.write, appends };
        if how.truncate && file.mount.ledger.is_some() {
            file.resize(0)?;
        }
        Ok(file)
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// What tells the file from all others.
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Whether the file was opened for that: who shares a part reads it, and who has it alone writes.
    pub(crate) fn allows(&self, lock: Lock) -> bool {
        match lock {
            Lock::Shared => self.readable,
            Lock::Exclusive => self.writable,
            Lock::Unlock => true,
        }
    }

    /// Opens the file once more, as the mount allows it.
    pub(crate) fn reopen(&self) -> Result<OwnedFd> {
        let path = format!("/proc/self/fd/{}", self.fd.as_raw_fd());
        let open = |how| rustix::fs::open(&path, how | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty());
        let as_allowed = match self.mount.access {
            Access::ReadWrite => open(OFlags::RDWR),
            Access::ReadOnly => open(OFlags::RDONLY),
        };
        Ok(as_allowed.or_else(|_| open(OFlags::RDONLY))?)
    }

    pub(crate) fn read(&self, parts: &[Part], at: At) -> Result<usize> {
        if !self.readable {
            return Err(Errno::Badf);
        }
        transfer::read(&self.fd, parts, at)
    }

    pub(crate) fn write(&self, parts: &[Part], at: At) -> Result<usize> {
        if !self.writable {
            return Err(Errno::Badf);
        }
        let written = self.written(parts, at)?;
        self.mount.count_written(written);
        Ok(written)
    }

    fn written(&self, parts: &[Part], at: At) -> Result<usize> {
        let Some(ledger) = &self.mount.ledger else { return transfer::write(&self.fd, parts, MAX_BYTES, at) };
        let len = total(parts).min(MAX_BYTES) as u64;
        if len == 0 {
            return Ok(0);
        }
        let (appends, position) = (Cell::new(false), Cell::new(0));
        let start = |before: u64| if appends.get() { before } else { position.get() };
        // What is written is written where it was looked at, and the position is moved after that, all under one lock:
        // other threads that write at the position come before or after.
        ledger.resize(
            || {
                appends.set(self.appends.load(Ordering::Relaxed));
                position.set(match at {
                    _ if appends.get() => 0,
                    At::Offset(offset) => offset,
                    At::Position => rustix::fs::tell(&self.fd)?,
                });
                self.len()
            },
            |before| start(before).saturating_add(len),
            |before, allowed| {
                let fits = allowed.saturating_sub(start(before)).min(len) as usize;
                let to = if appends.get() { at } else { At::Offset(start(before)) };
                let written = match fits {
                    0 => Err(Errno::Nospc),
                    _ => transfer::write(&self.fd, parts, fits, to),
                };
                let Ok(written) = written else { return (self.len().unwrap_or(allowed), written) };
                let end = start(before) + written as u64;
                if matches!(at, At::Position) && !appends.get() {
                    // A file has a position, and one that was just written to.
                    let _ = rustix::fs::seek(&self.fd, SeekFrom::Start(end));
                }
                (before.max(end), Ok(written))
            },
        )?
    }

    pub(crate) fn stat(&self) -> Result<Filestat> {
        Ok(Stat::of(&self.fd)?.filestat())
    }

    fn len(&self) -> Result<u64> {
        Ok(Stat::of(&self.fd)?.len())
    }

    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        if !self.writable {
            return Err(self.not_writable(Errno::Inval));
        }
        self.resize(len)
    }

    fn resize(&self, len: u64) -> Result<()> {
        self.grow(|_| len, |_| Ok(rustix::fs::ftruncate(&self.fd, len)?))
    }

    /// Makes sure that there is space for that much, from there on.
    pub(crate) fn allocate(&self, thread: &Thread, offset: u64, len: u64) -> Result<()> {
        if len == 0 {
            return Err(Errno::Inval);
        }
        if !self.writable {
            return Err(self.not_writable(Errno::Badf));
        }
        let end = offset.checked_add(len).filter(|end| *end <= i64::MAX as u64).ok_or(Errno::Fbig)?;
        self.grow(
            |before| end.max(before),
            |_| {
                let mut at = offset;
                while at < end {
                    thread.check_stop()?;
                    let piece = (end - at).min(ALLOCATED_AT_ONCE);
                    rustix::fs::fallocate(&self.fd, FallocateFlags::empty(), at, piece)?;
                    at += piece;
                }
                Ok(())
            },
        )
    }

    fn grow(&self, wanted: impl Fn(u64) -> u64, grow: impl FnOnce(u64) -> Result<()>) -> Result<()> {
        let Some(ledger) = &self.mount.ledger else { return grow(0) };
        ledger.resize(
            || self.len(),
            &wanted,
            |before, allowed| {
                let done = if allowed < wanted(before) { Err(Errno::Nospc) } else { grow(before) };
                (self.len().unwrap_or(allowed), done)
            },
        )?
    }

    /// A file of a folder that is to be read only says so; another was opened the wrong way.
    fn not_writable(&self, otherwise: Errno) -> Errno {
        if self.mount.access == Access::ReadOnly { Errno::Access } else { otherwise }
    }

    pub(crate) fn set_times(&self, accessed: Time, modified: Time) -> Result<()> {
        if self.mount.access == Access::ReadOnly {
            return Err(Errno::Access);
        }
        Ok(rustix::fs::futimens(&self.fd, &timestamps(accessed, modified))?)
    }

    pub(crate) fn seek(&self, to: SeekFrom) -> Result<u64> {
        Ok(rustix::fs::seek(&self.fd, to)?)
    }

    /// Changes what can be changed of an open file.
    pub(crate) fn set_flags(&self, flags: FdFlags) -> Result<()> {
        let set = || -> Result<()> {
            let append = flags.contains(FdFlags::APPEND);
            let mut all = rustix::fs::fcntl_getfl(&self.fd)?;
            all.set(OFlags::APPEND, append);
            rustix::fs::fcntl_setfl(&self.fd, all)?;
            self.appends.store(append, Ordering::Relaxed);
            Ok(())
        };
        // Where a write goes is counted before, and stays so until it is done.
        self.mount.ledger.as_ref().map_or_else(set, |ledger| ledger.between(set))
    }
}

impl Drop for HostFile {
    fn drop(&mut self) {
        if let Some(ledger) = &self.mount.ledger {
            ledger.closed(self.id, || self.len().unwrap_or(0));
        }
    }
}

/// Changes the times of what is open, in whatever way.
pub(crate) fn set_times_of(fd: BorrowedFd<'_>, accessed: Time, modified: Time) -> Result<()> {
    Ok(rustix::fs::utimensat(fd, "", &timestamps(accessed, modified), AtFlags::EMPTY_PATH)?)
}

fn timestamps(accessed: Time, modified: Time) -> Timestamps {
    let timespec = |time| match time {
        Time::Keep => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        Time::Now => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        Time::At(at) => Timespec { tv_sec: (at / 1_000_000_000) as i64, tv_nsec: (at % 1_000_000_000) as _ },
    };
    Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) }
}
