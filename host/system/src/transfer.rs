//! Moves bytes between the kernel's objects and the plugin's memory, without a copy in between.

use crate::part::{Part, total};
use crate::{Errno, Result};
use rustix::fd::{AsFd, AsRawFd};
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
    let fd = fd.as_fd().as_raw_fd();
    transfer(parts, MAX_BYTES, at, |parts, offset| {
        let (list, count) = list(parts);
        // SAFETY: `transfer` says why. A list of one costs the kernel more than the one.
        unsafe {
            match (parts, offset) {
                ([part], None) => libc::read(fd, part.start(), part.len()),
                ([part], Some(offset)) => libc::pread64(fd, part.start(), part.len(), offset),
                (_, None) => libc::readv(fd, list, count),
                (_, Some(offset)) => libc::preadv64(fd, list, count, offset),
            }
        }
    })
}

/// Writes at most `most` bytes of the parts.
pub(crate) fn write(fd: impl AsFd, parts: &[Part], most: usize, at: At) -> Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    transfer(parts, most.min(MAX_BYTES), at, |parts, offset| {
        let (list, count) = list(parts);
        // SAFETY: as above.
        unsafe {
            match (parts, offset) {
                ([part], None) => libc::write(fd, part.start(), part.len()),
                ([part], Some(offset)) => libc::pwrite64(fd, part.start(), part.len(), offset),
                (_, None) => libc::writev(fd, list, count),
                (_, Some(offset)) => libc::pwritev64(fd, list, count, offset),
            }
        }
    })
}

/// Makes one call of the C library, again if a signal of the host's own ends it.
///
/// Such a call is sound: a part is an `iovec` whose maker promised that the memory is there and is nobody's in
/// particular; the kernel reads and writes it as another thread would. The caller borrows the descriptor.
#[inline]
fn transfer(parts: &[Part], most: usize, at: At, call: impl Fn(&[Part], Option<i64>) -> isize) -> Result<usize> {
    if parts.len() > MAX_PARTS {
        return Err(Errno::Inval);
    }
    let cut = if total(parts) > most { Some(shortened(parts, most)) } else { None };
    let parts = cut.as_deref().unwrap_or(parts);
    let offset = match at {
        At::Position => None,
        At::Offset(offset) => Some(i64::try_from(offset).map_err(|_| Errno::Inval)?),
    };
    loop {
        match usize::try_from(call(parts, offset)) {
            Ok(moved) => return Ok(moved),
            Err(_) => match last_error() {
                Os::INTR => {}
                error => return Err(error.into()),
            },
        }
    }
}

fn list(parts: &[Part]) -> (*const libc::iovec, libc::c_int) {
    (parts.as_ptr().cast(), parts.len() as libc::c_int)
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
