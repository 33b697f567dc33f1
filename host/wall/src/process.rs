//! What a process gives up by itself: descriptors, rights, the life without its parent.

use crate::WallError;
use rustix::process::{DumpableBehavior, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs};
use std::io;
use std::os::fd::RawFd;

/// What is left of the capabilities, if the process has them: its user's rights in the folders that it may use, and ports
/// below 1024. Landlock and the list of system calls say for which.
const KEPT: CapabilitySet =
    CapabilitySet::DAC_OVERRIDE.union(CapabilitySet::DAC_READ_SEARCH).union(CapabilitySet::NET_BIND_SERVICE);

/// Closes all file descriptors but these.
///
/// # Safety
/// 1. Nothing in this process uses any other file descriptor, now or later.
///
/// # Errors
/// The kernel can't do it (before Linux 5.9). Some descriptors may be closed.
pub unsafe fn close_all_but(kept: &[RawFd]) -> io::Result<()> {
    let mut kept: Vec<_> = kept.iter().filter_map(|fd| libc::c_uint::try_from(*fd).ok()).collect();
    kept.sort_unstable();
    let mut next = 0;
    for fd in kept {
        if fd > next {
            // SAFETY: nobody uses these descriptors, as the caller promises.
            unsafe { close_range(next, fd - 1)? };
        }
        next = fd + 1;
    }
    // SAFETY: as above.
    unsafe { close_range(next, libc::c_uint::MAX) }
}

/// # Safety
/// 1. Nothing in this process uses a file descriptor from `first` to `last`.
unsafe fn close_range(first: libc::c_uint, last: libc::c_uint) -> io::Result<()> {
    const NO_FLAGS: libc::c_int = 0;
    // SAFETY: nobody uses these descriptors, as the caller promises.
    match unsafe { libc::close_range(first, last, NO_FLAGS) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Has the kernel kill this process when the thread ends that has started it. `parent` is the number of the process of that
/// thread.
///
/// # Errors
/// The parent has ended already, or the kernel refuses.
pub fn die_with_parent(parent: u32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    match getppid().map(|parent| parent.as_raw_nonzero().get().unsigned_abs()) {
        Some(found) if found == parent => Ok(()),
        _ => Err(io::Error::other("the process that has started this one has ended")),
    }
}

/// Checks that the process has one thread.
pub(crate) fn has_one_thread() -> Result<(), WallError> {
    let threads = std::fs::read_dir("/proc/self/task").map_err(WallError::step("count the threads"))?;
    match threads.count() {
        1 => Ok(()),
        count => Err(WallError::Threads { count }),
    }
}

/// Gives up what makes this process more than others, and keeps others out of it.
pub(crate) fn give_up_rights() -> Result<(), WallError> {
    set_no_new_privs(true).map_err(WallError::step("refuse new privileges"))?;
    let has = capabilities(None).map_err(WallError::step("ask for the capabilities"))?;
    let left = has.permitted & KEPT;
    let sets = CapabilitySets { effective: has.effective & KEPT, permitted: left, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(WallError::step("give up capabilities"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(WallError::step("keep other processes out"))
}
