//! What several descriptors may share: an open object, and how it is read and written.

use crate::object::Object;
use crate::{Errno, FdFlags, Result};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};

/// An open object. All descriptors that were made of one by `dup` share it, and whoever waits for it keeps it open.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) object: Object,
    flags: AtomicU16,
    /// Further descriptors of the kernel's for the same, for sets that have it several times.
    copies: Mutex<Vec<OwnedFd>>,
}

impl Description {
    pub(crate) fn new(object: Object, flags: FdFlags) -> Self {
        Self { object, flags: AtomicU16::new(flags.bits()), copies: Mutex::default() }
    }

    pub(crate) fn flags(&self) -> FdFlags {
        FdFlags::truncated(self.flags.load(Ordering::Relaxed))
    }

    pub(crate) fn set_flags(&self, flags: FdFlags) {
        self.flags.store(flags.bits(), Ordering::Relaxed);
    }

    /// Whether a call waits for what isn't there yet.
    pub(crate) fn waits(&self) -> bool {
        !self.flags().contains(FdFlags::NONBLOCK)
    }

    /// Does something with the kernel's descriptor for it, or with the copy of that number; the next number makes one.
    pub(crate) fn with_copy(&self, copy: usize, act: impl FnOnce(BorrowedFd<'_>) -> Result<()>) -> Result<()> {
        let own = self.object.pollable().ok_or(Errno::Perm)?;
        let Some(copy) = copy.checked_sub(1) else { return act(own) };
        // Nothing panics while it holds the lock.
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        if copy == copies.len() {
            copies.push(rustix::io::fcntl_dupfd_cloexec(own, 0)?);
        }
        act(copies.get(copy).ok_or(Errno::Badf)?.as_fd())
    }
}
