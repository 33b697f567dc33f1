//! How a function of the C library fails.

use core::ffi::c_int;

/// What an import answers: WASI's numbers are the C library's.
pub(crate) type Errno = i32;

pub(crate) const AGAIN: Errno = 6;
pub(crate) const BADF: Errno = 8;
pub(crate) const DOM: Errno = 18;
pub(crate) const INVAL: Errno = 28;
pub(crate) const NOMEM: Errno = 48;
pub(crate) const NOPROTOOPT: Errno = 50;
pub(crate) const NOSYS: Errno = 52;
pub(crate) const NOTSUP: Errno = 58;
pub(crate) const PIPE: Errno = 64;
pub(crate) const RANGE: Errno = 68;

unsafe extern "C" {
    #[thread_local]
    #[link_name = "errno"]
    static mut ERRNO: c_int;
}

/// Keeps the error for the caller.
pub(crate) fn fail(error: Errno) -> c_int {
    // SAFETY: each thread has its own.
    unsafe { ERRNO = error };
    -1
}

/// 0, or -1 after the error is kept.
pub(crate) fn outcome(error: Errno) -> c_int {
    if error == 0 { 0 } else { fail(error) }
}
