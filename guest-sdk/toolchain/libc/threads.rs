//! Waking threads, and signals.

use crate::calls::{futex_wake, futex_wake_all};
use core::ffi::c_int;

/// In wasix-libc, a thread that wakes the waiters of a futex lets the host write whether there were any. The place for
/// that is on the thread's stack. A thread that ends has already let go of its stack. The thread that joins it may have
/// given that memory to a third thread, and the write then corrupts it. Here the place is a static that nobody reads.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasilibc_futex_wake_wasix(futex: *mut u32, count: c_int) -> c_int {
    static mut WOKEN: u8 = 0;
    let mut errno = 0;
    // SAFETY: the host only writes whether there were any.
    unsafe {
        if count == c_int::MAX {
            errno = futex_wake_all(futex, &raw mut WOKEN);
        } else {
            for _ in 0..count {
                errno = futex_wake(futex, &raw mut WOKEN);
                if errno != 0 {
                    break;
                }
            }
        }
    }
    -errno
}

/// A program that handles no signal leaves them to its host. The C library would take all of them at its start, and
/// call a handler that it doesn't have.
#[unsafe(no_mangle)]
extern "C" fn __wrap___wasi_init_signals() {}
