//! What the compiler's process may still do: compute, and answer.

use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit, setsid};
use std::io;

/// Gives up everything that compiling doesn't need, before a byte of the module is read.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
pub(crate) unsafe fn confine() -> io::Result<()> {
    // SAFETY: nobody uses these descriptors, as the caller promises.
    if unsafe { libc::close_range(3, libc::c_uint::MAX, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // A process that leads a group has a session of its own already.
    let _ = setsid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)
}

/// Sets the limits that the host has named, and ends if the host has ended meanwhile.
pub(super) fn limits(parent: u32, limit_of_memory: u64, seconds: u64) -> io::Result<()> {
    of_parent(parent)?;
    memory(limit_of_memory)?;
    limit(Resource::Cpu, seconds)
}

/// Ends if the host has ended meanwhile.
pub(crate) fn of_parent(parent: u32) -> io::Result<()> {
    match getppid().map(|parent| parent.as_raw_nonzero().get() as u32) == Some(parent) {
        true => Ok(()),
        false => Err(io::Error::other("the process that wanted this has ended")),
    }
}

/// Limits the memory. What is only reserved doesn't count, such as the rest of an arena of the allocator.
pub(crate) fn memory(bytes: u64) -> io::Result<()> {
    limit(Resource::Data, bytes)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}
