//! Programs that use functions of the C library, which `std` has no words for everywhere.

pub mod events;
pub mod pairs;
pub mod pipes;
pub mod polls;
pub mod sets;
pub(crate) mod settings;

use std::ffi::{c_int, c_uint, c_ulong, c_void};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Numbers that both systems have, and not the same.
struct Numbers {
    unix: c_int,
    write_side: c_int,
    readable: i16,
    writable: i16,
    hung_up: i16,
    failed: i16,
    nonblocking: c_int,
    nonblocking_socket: c_int,
    inet: c_int,
}

const NUMBERS: Numbers = if cfg!(target_os = "wasi") {
    // wasix-libc: __header_sys_socket.h, __header_poll.h and wasi/api_wasix.h.
    Numbers {
        unix: 3,
        write_side: 2,
        readable: 1,
        writable: 2,
        hung_up: 0x2000,
        failed: 0x1000,
        nonblocking: 4,
        nonblocking_socket: 0x4000,
        inet: 1,
    }
} else {
    // Linux.
    Numbers {
        unix: 1,
        write_side: 1,
        readable: 1,
        writable: 4,
        hung_up: 0x10,
        failed: 8,
        nonblocking: 0o4000,
        nonblocking_socket: 0o4000,
        inet: 2,
    }
};

const STREAM: c_int = 1;
const DATAGRAMS: c_int = 2;
const SEMAPHORE: c_int = 1;

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: i16,
    seen: i16,
}

unsafe extern "C" {
    fn pipe(ends: *mut c_int) -> c_int;
    fn pipe2(ends: *mut c_int, flags: c_int) -> c_int;
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn eventfd(count: c_uint, flags: c_int) -> c_int;
    fn socketpair(family: c_int, kind: c_int, protocol: c_int, ends: *mut c_int) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn shutdown(fd: c_int, how: c_int) -> c_int;
    fn poll(fds: *mut PollFd, count: c_ulong, milliseconds: c_int) -> c_int;
    fn read(fd: c_int, buffer: *mut c_void, room: usize) -> isize;
    fn write(fd: c_int, buffer: *const c_void, len: usize) -> isize;
}

fn checked(outcome: c_int) -> io::Result<c_int> {
    if outcome < 0 { Err(io::Error::last_os_error()) } else { Ok(outcome) }
}

fn two(make: impl FnOnce(*mut c_int) -> c_int) -> io::Result<[OwnedFd; 2]> {
    let mut ends = [0; 2];
    checked(make(ends.as_mut_ptr()))?;
    // SAFETY: the system has just made these two descriptors, and nobody else has them.
    Ok(ends.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }))
}

/// The reader and the writer.
pub(crate) fn new_pipe() -> io::Result<[OwnedFd; 2]> {
    // SAFETY: there is room for two descriptors.
    two(|ends| unsafe { pipe(ends) })
}

fn new_pair() -> io::Result<[OwnedFd; 2]> {
    // SAFETY: there is room for two descriptors.
    two(|ends| unsafe { socketpair(NUMBERS.unix, STREAM, 0, ends) })
}

fn new_event(count: c_uint, flags: c_int) -> io::Result<OwnedFd> {
    // SAFETY: the function takes numbers only, and the descriptor is new.
    unsafe { checked(eventfd(count, flags)).map(|fd| OwnedFd::from_raw_fd(fd)) }
}

/// Whether calls wait.
fn set_nonblocking(fd: &OwnedFd, on: bool) -> io::Result<()> {
    const GET: c_int = 3;
    const SET: c_int = 4;
    // SAFETY: the function takes numbers only.
    let flags = checked(unsafe { fcntl(fd.as_raw_fd(), GET) })?;
    let flags = if on { flags | NUMBERS.nonblocking } else { flags & !NUMBERS.nonblocking };
    // SAFETY: as above.
    checked(unsafe { fcntl(fd.as_raw_fd(), SET, flags) }).map(drop)
}

fn end_writing(fd: &OwnedFd) -> io::Result<()> {
    // SAFETY: the function takes numbers only.
    checked(unsafe { shutdown(fd.as_raw_fd(), NUMBERS.write_side) }).map(drop)
}

fn receive(fd: &OwnedFd, room: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; room];
    // SAFETY: the buffer has that much room.
    let len = unsafe { read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), room) };
    buffer.truncate(usize::try_from(len).map_err(|_| io::Error::last_os_error())?);
    Ok(buffer)
}

fn send(fd: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: that many bytes are there.
    let len = unsafe { write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) };
    usize::try_from(len).map_err(|_| io::Error::last_os_error())
}

/// What is seen of descriptors: the number of those that are ready, and for each whether it can be read, can be
/// written, was hung up, and has an error.
fn look(fds: &[BorrowedFd<'_>], milliseconds: c_int) -> io::Result<(c_int, Vec<[bool; 4]>)> {
    let Numbers { readable, writable, hung_up, failed, .. } = NUMBERS;
    let asked = |fd: &BorrowedFd<'_>| PollFd { fd: fd.as_raw_fd(), events: readable | writable, seen: 0 };
    let mut fds: Vec<_> = fds.iter().map(asked).collect();
    // SAFETY: there are that many.
    let ready = checked(unsafe { poll(fds.as_mut_ptr(), fds.len() as c_ulong, milliseconds) })?;
    Ok((ready, fds.iter().map(|fd| [readable, writable, hung_up, failed].map(|bit| fd.seen & bit != 0)).collect()))
}
