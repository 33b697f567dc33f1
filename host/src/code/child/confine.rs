//! What a process of the host's own may still do: compute, and answer.

use plugix_wall::{close_all_but, die_with_parent};
use rustix::process::{Resource, Rlimit, setrlimit, setsid};
use std::io;

/// Gives up everything that such a process doesn't need, before it reads anything.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
pub(crate) unsafe fn confine() -> io::Result<()> {
    // SAFETY: nobody uses other descriptors, as the caller promises.
    unsafe { close_all_but(&[0, 1, 2]) }?;
    // A process that leads a group has a session of its own already.
    let _ = setsid();
    limit(Resource::Core, 0)
}

/// Sets the limits of a compiler that the host has named, and ends if the host has ended meanwhile.
pub(super) fn limits(parent: u32, memory: u64, seconds: u64) -> io::Result<()> {
    die_with_parent(parent)?;
    limit(Resource::Fsize, 0)?;
    // What is only reserved doesn't count, such as the rest of an arena of the allocator.
    limit(Resource::Data, memory)?;
    limit(Resource::Cpu, seconds)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}
