//! Locks on files: wasix-libc has none.

use crate::calls::{is_more_than_wasix, sock_set_opt_size};
use crate::errno::{NOTSUP, fail, outcome};
use core::ffi::c_int;

/// WASIX has no call for it. Plugix's host takes it for an option.
const FILE_LOCK: u32 = 128;

#[unsafe(no_mangle)]
extern "C" fn flock(fd: c_int, operation: c_int) -> c_int {
    match u64::try_from(operation) {
        // SAFETY: only numbers are given.
        Ok(operation) if is_more_than_wasix() => outcome(unsafe { sock_set_opt_size(fd, FILE_LOCK, operation) }),
        _ => fail(NOTSUP),
    }
}
