//! Locks on parts of files, as `fcntl` has them: the plugin has them, and not one of its descriptors. Other programs of
//! the host's see those in its folders.

mod parts;

use super::System;
use super::lock::{Lock, until_free};
use crate::files::{HostFile, Id};
use crate::object::Object;
use crate::table::Descriptor;
use crate::{Errno, Result, Thread};
use parts::Parts;
use rustix::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use rustix::io::Errno as Os;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What holds the locks: each file that has any is opened once more.
///
/// The kernel's own locks of that kind are the process's, which all plugins share, so these are an open file's.
#[derive(Debug, Default)]
pub(super) struct RecordLocks(Mutex<HashMap<Id, Arc<Holder>>>);

/// What holds the locks of one file.
#[derive(Debug)]
struct Holder {
    file: OwnedFd,
    /// What it has. Held while the kernel is asked for more, which waits for nothing.
    parts: Mutex<Parts>,
}

impl System {
    /// Locks a part of a file for the plugin, in the place of what it has of that part, or lets go of it. Nobody else
    /// sees a scratch folder, and a plugin doesn't keep itself out.
    ///
    /// The part begins at a byte and has a length; with 0, it has no end.
    ///
    /// # Errors
    /// As `fcntl` with `F_SETLK`; [`Errno::Again`] if another has it and the thread is not to `wait`, [`Errno::Nolck`] if
    /// the plugin has locked too many parts of the file.
    pub fn fd_lock_part(&self, thread: &Thread, fd: u32, part: (u64, u64), lock: Lock, wait: bool) -> Result<()> {
        let description = self.table.description(fd)?;
        let record = record(part, lock)?;
        let file = match &description.object {
            Object::File(file) if file.allows(lock) => file,
            Object::Scratch(_) => return Ok(()),
            _ => return Err(Errno::Badf),
        };
        let locked = until_free(thread, wait, || {
            loop {
                let holder = self.record_locks.holder(file)?;
                holder.lock(part, lock, record)?;
                // Another thread may have closed a descriptor of the file meanwhile, and so let go of all.
                if self.record_locks.is_current(file, &holder) {
                    return Ok(());
                }
            }
        });
        // Nobody would let go any more of what was locked by a descriptor that is closed.
        if !self.table.description(fd).is_ok_and(|open| Arc::ptr_eq(&open, &description)) {
            self.record_locks.release(file);
            return Err(Errno::Badf);
        }
        locked
    }

    /// Whether the plugin could lock a part of a file now.
    ///
    /// # Errors
    /// As `fcntl` with `F_GETLK`.
    pub fn fd_can_lock_part(&self, fd: u32, part: (u64, u64), lock: Lock) -> Result<bool> {
        let description = self.table.description(fd)?;
        let mut record = record(part, lock)?;
        let file = match &description.object {
            _ if lock == Lock::Unlock => return Err(Errno::Inval),
            Object::File(file) => file,
            Object::Scratch(_) => return Ok(true),
            _ => return Err(Errno::Badf),
        };
        let holder = self.record_locks.open().get(&file.id()).cloned();
        control(holder.as_ref().map_or(file.fd(), |holder| holder.file.as_fd()), libc::F_OFD_GETLK, &mut record)?;
        Ok(i32::from(record.l_type) == libc::F_UNLCK)
    }

    /// A plugin that closes any descriptor of a file has no locks on the file any more.
    pub(super) fn unlock_parts(&self, closed: Option<&Descriptor>) {
        if let Some(Object::File(file)) = closed.map(|closed| &closed.description.object) {
            self.record_locks.release(file);
        }
    }
}

impl RecordLocks {
    fn holder(&self, file: &HostFile) -> Result<Arc<Holder>> {
        let mut open = self.open();
        if let Some(holder) = open.get(&file.id()) {
            return Ok(holder.clone());
        }
        let holder = Arc::new(Holder { file: file.reopen()?, parts: Mutex::default() });
        open.insert(file.id(), holder.clone());
        Ok(holder)
    }

    fn is_current(&self, file: &HostFile, holder: &Arc<Holder>) -> bool {
        self.open().get(&file.id()).is_some_and(|current| Arc::ptr_eq(current, holder))
    }

    fn release(&self, file: &HostFile) {
        let holder = self.open().remove(&file.id());
        drop(holder);
    }

    /// Lets go of all.
    pub(super) fn clear(&self) {
        self.open().clear();
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Id, Arc<Holder>>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder {
    fn lock(&self, part: (u64, u64), lock: Lock, mut record: libc::flock64) -> Result<()> {
        // Nothing panics while it holds the lock.
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let after = parts.after(part, lock)?;
        control(self.file.as_fd(), libc::F_OFD_SETLK, &mut record)?;
        *parts = after;
        Ok(())
    }
}

/// What the kernel is asked for.
fn record((start, len): (u64, u64), lock: Lock) -> Result<libc::flock64> {
    let kind = match lock {
        Lock::Shared => libc::F_RDLCK,
        Lock::Exclusive => libc::F_WRLCK,
        Lock::Unlock => libc::F_UNLCK,
    };
    let signed = |number| i64::try_from(number).map_err(|_| Errno::Inval);
    Ok(libc::flock64 {
        l_type: kind as _,
        l_whence: libc::SEEK_SET as _,
        l_start: signed(start)?,
        l_len: signed(len)?,
        l_pid: 0,
    })
}

fn control(file: BorrowedFd<'_>, command: libc::c_int, record: &mut libc::flock64) -> Result<()> {
    loop {
        // SAFETY: the kernel reads and writes the one structure, which these commands take.
        if unsafe { libc::fcntl(file.as_raw_fd(), command, &raw mut *record) } != -1 {
            return Ok(());
        }
        match Os::from_io_error(&io::Error::last_os_error()) {
            Some(Os::INTR) => {}
            // Either says that another has it.
            Some(Os::ACCESS) => return Err(Errno::Again),
            error => return Err(error.map_or(Errno::Io, Errno::from)),
        }
    }
}
