//! Where paths begin.
//!
//! wasix-libc keeps the path of the current folder, and makes each path absolute in one buffer that all threads share.
//! Now and then a thread gets the path of another. A folder that is renamed is not found. Here, a host that can resolves
//! paths itself.

use crate::calls::{CURRENT, chdir, getcwd, is_more_than_wasix};
use crate::errno::{NOMEM, RANGE, fail, outcome};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

unsafe extern "C" {
    fn __real___wasilibc_find_relpath_alloc(
        path: *const c_char,
        prefix: *mut *const c_char,
        relative: *mut *mut c_char,
        room: *mut usize,
        may_grow: c_int,
    ) -> c_int;
    fn __real_chdir(path: *const c_char) -> c_int;
    fn __wasilibc_nocwd_linkat(from: c_int, old: *const c_char, to: c_int, new: *const c_char, flags: c_int) -> c_int;
    fn free(memory: *mut c_void);
    fn realloc(memory: *mut c_void, len: usize) -> *mut c_void;
}

/// Finds the folder that a path is relative to, and puts the rest of the path into a buffer that may have to grow.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasilibc_find_relpath_alloc(
    path: *const c_char,
    prefix: *mut *const c_char,
    relative: *mut *mut c_char,
    room: *mut usize,
    may_grow: c_int,
) -> c_int {
    // SAFETY: the caller has a path, and a buffer of its own with as much room as it says.
    unsafe {
        if !is_more_than_wasix() {
            return __real___wasilibc_find_relpath_alloc(path, prefix, relative, room, may_grow);
        }
        let len = CStr::from_ptr(path).count_bytes() + 1;
        if *room < len {
            if may_grow == 0 {
                return fail(RANGE);
            }
            let grown = realloc((*relative).cast(), len);
            if grown.is_null() {
                return fail(NOMEM);
            }
            *relative = grown.cast();
            *room = len;
        }
        ptr::copy_nonoverlapping(path, *relative, len);
        *prefix = c"".as_ptr();
    }
    CURRENT
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_chdir(path: *const c_char) -> c_int {
    // SAFETY: the caller has a path.
    unsafe {
        match is_more_than_wasix() {
            true => outcome(chdir(path.cast(), CStr::from_ptr(path).count_bytes())),
            false => __real_chdir(path),
        }
    }
}

/// wasix-libc's doesn't see that a path has no room for its end, and gives a buffer of its own one byte too few.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_getcwd(buffer: *mut c_char, room: usize) -> *mut c_char {
    let told = |error| {
        fail(error);
        ptr::null_mut()
    };
    // SAFETY: the caller has room, or gets what is made here.
    unsafe {
        let mut len = room;
        if !buffer.is_null() {
            return match getcwd(buffer.cast(), &mut len) {
                0 if len < room => {
                    buffer.add(len).write(0);
                    buffer
                }
                0 => told(RANGE),
                error => told(error),
            };
        }
        // The host tells how long it is in any case. Another thread may change it meanwhile.
        let mut room = room.max(1);
        let mut made = ptr::null_mut();
        loop {
            let grown = realloc(made, room);
            if grown.is_null() {
                free(made);
                return told(NOMEM);
            }
            made = grown;
            len = room;
            match getcwd(made.cast(), &mut len) {
                0 if len < room => {
                    made.cast::<u8>().add(len).write(0);
                    return made.cast();
                }
                0 | RANGE => room = len + 1,
                error => {
                    free(made);
                    return told(error);
                }
            }
        }
    }
}

/// wasix-libc's has one buffer for both paths.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasilibc_link(old: *const c_char, new: *const c_char, flags: c_int) -> c_int {
    let mut ends = [(-1, ptr::null_mut(), 0); 2];
    // SAFETY: the caller has two paths. The buffers are this function's.
    unsafe {
        for (end, path) in ends.iter_mut().zip([old, new]) {
            let mut prefix = ptr::null();
            end.0 = __wrap___wasilibc_find_relpath_alloc(path, &mut prefix, &mut end.1, &mut end.2, 1);
        }
        let [(from, old, _), (to, new, _)] = ends;
        let linked = if from == -1 || to == -1 { -1 } else { __wasilibc_nocwd_linkat(from, old, to, new, flags) };
        free(old.cast());
        free(new.cast());
        linked
    }
}
