//! What a process of the host's own may still do: compute, and answer.

use plugix_wall::{close_all_but, die_with_parent};
use rustix::process::{Resource, Rlimit, setrlimit, setsid};
use std::ffi::OsStr;
use std::io::{self, Write as _};

/// Serves and ends, if a host has started this process with this argument alone. Otherwise does nothing.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
pub(crate) unsafe fn serve_if_asked(argument: &str, serve: impl FnOnce() -> io::Result<()>) {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(argument)) || arguments.next().is_some() {
        return;
    }
    // SAFETY: the caller's promise is passed on.
    let done = unsafe { confine() }.and_then(|()| serve());
    std::process::exit(match done {
        Ok(()) => 0,
        Err(error) => {
            // Whoever reads this has ended, if it can't be written.
            let _ = writeln!(io::stderr(), "{error}");
            1
        }
    });
}

/// Gives up everything that such a process doesn't need, before it reads anything.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
unsafe fn confine() -> io::Result<()> {
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
