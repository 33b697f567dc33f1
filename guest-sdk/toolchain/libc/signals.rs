//! Handling signals. In wasix-libc, to ignore one is the address of a function, which no constant of Rust can be.

use core::ffi::c_int;
use core::ptr;

/// The crate `libc` has this in the place of that function. The linker puts none at it.
const IGNORE: usize = 1;

/// `struct sigaction`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Action {
    handler: usize,
    mask: [u32; 2],
    flags: c_int,
    restorer: usize,
}

const _: () = assert!(size_of::<usize>() != 4 || size_of::<Action>() == 20);

unsafe extern "C" {
    fn __SIG_IGN(signal: c_int);
    fn __real_sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
    fn __real_signal(signal: c_int, handler: usize) -> usize;
}

fn given(handler: usize) -> usize {
    if handler == IGNORE { __SIG_IGN as unsafe extern "C" fn(c_int) as usize } else { handler }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int {
    // SAFETY: the caller has both, or none.
    unsafe {
        let new = new.as_ref().map(|new| Action { handler: given(new.handler), ..*new });
        __real_sigaction(signal, new.as_ref().map_or(ptr::null(), ptr::from_ref), old)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_signal(signal: c_int, handler: usize) -> usize {
    // SAFETY: the handler is the caller's.
    unsafe { __real_signal(signal, given(handler)) }
}
