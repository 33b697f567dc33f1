//! Moves bytes between the kernel's objects and the plugin's memory, without a copy in between.

use crate::part::{Part, total};
use crate::{Errno, Result};
use rustix::fd::{AsFd, AsRawFd, RawFd};
use rustix::io::Errno as Os;

/// Bytes that one call moves at most: a plugin that is to be stopped in the middle of one doesn't keep its host
/// waiting. It is also the end of what is asked of the kernel with a length of the plugin's.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// Parts that one call may have, as the kernel has it.
pub(crate) const MAX_PARTS: usize = 1024;

/// Where in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    /// Where it stands, and on from there.
    Position,
    /// There; the position stays.
    Offset(u64),
}

/// Reads into the parts as much as is there at once; nothing at the end.
pub(crate) fn read(fd: impl AsFd, parts: &[Part], at: At) -> Result<usize> {
    transfer(fd.as_fd().as_raw_fd(), parts, MAX_BYTES, at, libc::readv, libc::preadv64)
}

/// Writes at most `most` bytes of the parts.
pub(crate) fn write(fd: impl AsFd, parts: &[Part], most: usize, at: At) -> Result<usize> {
    transfer(fd.as_fd().as_raw_fd(), parts, most.min(MAX_BYTES), at, libc::writev, libc::pwritev64)
}

type Plain = unsafe extern "C" fn(RawFd, *const libc::iovec, libc::c_int) -> isize;
type Positioned = unsafe extern "C" fn(RawFd, *const libc::iovec, libc::c_int, i64) -> isize;

fn transfer(fd: RawFd, parts: &[Part], most: usize, at: At, plain: Plain, positioned: Positioned) -> Result<usize> {
    if parts.len() > MAX_PARTS {
        return Err(Errno::Inval);
    }
    let cut = if total(parts) > most { Some(shortened(parts, most)) } else { None };
    let parts = cut.as_deref().unwrap_or(parts);
    let (start, count) = (parts.as_ptr().cast(), parts.len() as libc::c_int);
    let offset = match at {
        At::Position => None,
        At::Offset(offset) => Some(i64::try_from(offset).map_err(|_| Errno::Inval)?),
    };
    loop {
        // SAFETY: a part is an `iovec` whose maker promised that the memory is there and is nobody's in particular; the
        // kernel reads and writes it as another thread would. The descriptor is open: the caller borrows it.
        let moved = unsafe {
            match offset {
                None => plain(fd, start, count),
                Some(offset) => positioned(fd, start, count, offset),
            }
        };
        match usize::try_from(moved) {
            Ok(moved) => return Ok(moved),
            Err(_) => match last_error() {
                // A signal of the host's own.
                Os::INTR => {}
                error => return Err(error.into()),
            },
        }
    }
}

/// The parts up to that many bytes.
pub(crate) fn shortened(parts: &[Part], most: usize) -> Vec<Part> {
    let mut left = most;
    let mut cut = Vec::new();
    for part in parts {
        if left == 0 {
            break;
        }
        let part = part.first(left);
        left -= part.len();
        cut.push(part);
    }
    cut
}

/// What the calling thread's last call of the C library said.
pub(crate) fn last_error() -> Os {
    Os::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Os::IO)
}
