//! System calls as they are, and what comes of them.

use std::io;

/// The error number of what must fail.
pub(crate) fn error<T>(result: io::Result<T>) -> i32 {
    let error = result.err().expect("it is closed");
    error.raw_os_error().unwrap_or_else(|| panic!("{error} has no number"))
}

/// What a call of libc's has returned.
pub(crate) fn returned<N: Into<i64>>(value: N) -> io::Result<i64> {
    match value.into() {
        -1 => Err(io::Error::last_os_error()),
        value => Ok(value),
    }
}

/// Makes a system call with numbers only.
pub(crate) fn call(number: i64, arguments: [i64; 6]) -> io::Result<i64> {
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: the callers pass no pointers but null, or those to memory of their own.
    returned(unsafe { libc::syscall(number, a, b, c, d, e, f) })
}
