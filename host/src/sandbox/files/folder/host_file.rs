//! An open file of the host.

use super::ledger::Ledger;
use super::stat::{Id, Stat, fs_error};
use crate::sandbox::files::content::Content;
use crate::sandbox::files::volume::NO_SPACE;
use rustix::fd::OwnedFd;
use rustix::fs::{Timespec, Timestamps, UTIME_OMIT, ftruncate, futimens};
use rustix::io::{Errno, Result as OsResult, pread, pwrite};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use virtual_fs::{Metadata, Result};

/// A regular file.
#[derive(Debug)]
pub(super) struct HostFile {
    fd: OwnedFd,
    counted: Option<Counted>,
}

/// An account that the file's bytes count for.
#[derive(Debug)]
struct Counted {
    ledger: Arc<Ledger>,
    id: Id,
}

impl HostFile {
    pub(super) fn new(fd: OwnedFd, ledger: Option<Arc<Ledger>>) -> Result<Self> {
        let counted = match ledger {
            Some(ledger) => {
                let id = Stat::from_fd(&fd).map_err(fs_error)?.id();
                ledger.opened(id);
                Some(Counted { ledger, id })
            }
            None => None,
        };
        Ok(Self { fd, counted })
    }

    fn len(&self) -> Result<u64> {
        Ok(Stat::from_fd(&self.fd).map_err(fs_error)?.len())
    }

    fn write(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        let written = retry(|| pwrite(&self.fd, bytes, at));
        written.map_err(|error| match error {
            Errno::NOSPC | Errno::DQUOT => ErrorKind::StorageFull.into(),
            other => other.into(),
        })
    }
}

impl Content for HostFile {
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        Ok(retry(|| pread(&self.fd, &mut *into, at))?)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        let Some(Counted { ledger, .. }) = &self.counted else { return self.write(bytes, at) };
        let end = at.saturating_add(bytes.len() as u64);
        let written = ledger.resize(
            || self.len(),
            end,
            |allowed| {
                let fits = allowed.saturating_sub(at).min(bytes.len() as u64) as usize;
                let written = match fits {
                    0 if !bytes.is_empty() => Err(ErrorKind::StorageFull.into()),
                    _ => self.write(&bytes[..fits], at),
                };
                (self.len().unwrap_or(allowed), written)
            },
        );
        written?
    }

    fn metadata(&self) -> Result<Metadata> {
        Ok(Stat::from_fd(&self.fd).map_err(fs_error)?.metadata())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let resize = |len| retry(|| ftruncate(&self.fd, len)).map_err(fs_error);
        let Some(Counted { ledger, .. }) = &self.counted else { return resize(len) };
        ledger.resize(
            || self.len(),
            len,
            |allowed| {
                let resized = if allowed < len { Err(NO_SPACE) } else { resize(len) };
                (self.len().unwrap_or(allowed), resized)
            },
        )?
    }

    fn set_times(&self, accessed: Option<u64>, modified: Option<u64>) -> Result<()> {
        let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
        futimens(&self.fd, &times).map_err(fs_error)
    }
}

impl Drop for HostFile {
    fn drop(&mut self) {
        if let Some(Counted { ledger, id }) = &self.counted {
            ledger.closed(*id, self.len().unwrap_or(0));
        }
    }
}

fn timespec(nanoseconds: Option<u64>) -> Timespec {
    match nanoseconds {
        Some(time) => Timespec { tv_sec: (time / 1_000_000_000) as i64, tv_nsec: (time % 1_000_000_000) as _ },
        None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
    }
}

/// Repeats the call if a signal interrupted it.
fn retry<T>(mut call: impl FnMut() -> OsResult<T>) -> OsResult<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}
