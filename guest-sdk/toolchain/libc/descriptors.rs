//! New descriptors, with the flags that are asked for. wasix-libc forgets them, or takes them for a type of sockets.

use crate::calls::{fd_fdflags_set, fd_fdstat_set_flags};
use crate::errno::fail;
use core::ffi::c_int;

/// The C library's flags, beside a type of sockets and alone.
const SOCK_NONBLOCK: c_int = 0x4000;
const SOCK_CLOEXEC: c_int = 0x2000;
const O_NONBLOCK: c_int = 4;
const O_CLOEXEC: c_int = 1 << 30;

/// WASI's flags.
const NONBLOCK: u32 = 4;
const CLOEXEC: u32 = 1;

unsafe extern "C" {
    fn __real_pipe2(ends: *mut c_int, flags: c_int) -> c_int;
    fn __real_socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn __real_socketpair(family: c_int, kind: c_int, protocol: c_int, ends: *mut c_int) -> c_int;
    fn close(fd: c_int) -> c_int;
}

/// Closes what doesn't take the flags.
fn with_flags(fds: &[c_int], is_nonblocking: bool, is_closed_on_exec: bool) -> c_int {
    for fd in fds.iter().copied() {
        // SAFETY: only numbers are given.
        let error = unsafe {
            match if is_nonblocking { fd_fdstat_set_flags(fd, NONBLOCK) } else { 0 } {
                0 if is_closed_on_exec => fd_fdflags_set(fd, CLOEXEC),
                error => error,
            }
        };
        if error != 0 {
            fds.iter().copied().for_each(|fd| {
                // SAFETY: nobody has the new descriptor yet.
                unsafe { close(fd) };
            });
            return fail(error);
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_pipe2(ends: *mut [c_int; 2], flags: c_int) -> c_int {
    // SAFETY: the caller has room for two.
    unsafe {
        match __real_pipe2(ends.cast(), 0) {
            0 => with_flags(&*ends, flags & O_NONBLOCK != 0, flags & O_CLOEXEC != 0),
            failed => failed,
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_socket(family: c_int, kind: c_int, protocol: c_int) -> c_int {
    // SAFETY: only numbers are given.
    match unsafe { __real_socket(family, kind & !(SOCK_NONBLOCK | SOCK_CLOEXEC), protocol) } {
        -1 => -1,
        fd => match with_flags(&[fd], kind & SOCK_NONBLOCK != 0, kind & SOCK_CLOEXEC != 0) {
            0 => fd,
            failed => failed,
        },
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_socketpair(family: c_int, kind: c_int, protocol: c_int, ends: *mut [c_int; 2]) -> c_int {
    // SAFETY: the caller has room for two.
    unsafe {
        match __real_socketpair(family, kind & !(SOCK_NONBLOCK | SOCK_CLOEXEC), protocol, ends.cast()) {
            0 => with_flags(&*ends, kind & SOCK_NONBLOCK != 0, kind & SOCK_CLOEXEC != 0),
            failed => failed,
        }
    }
}
