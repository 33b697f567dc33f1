//! Waiting for descriptors. wasix-libc's function makes a hang-up of each end, and takes away that something can be
//! written.

use crate::calls::poll_oneoff;
use crate::errno::{BADF, Errno, INVAL, NOMEM, NOSYS, NOTSUP, PIPE, fail};
use core::ffi::{c_int, c_void};

/// `struct pollfd`.
#[repr(C)]
struct PollFd {
    fd: c_int,
    events: i16,
    seen: i16,
}

const READABLE: i16 = 1;
const WRITABLE: i16 = 2;
const FAILED: i16 = 0x1000;
const HUNG_UP: i16 = 0x2000;
const CLOSED: i16 = 0x4000;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;
const MONOTONIC: u32 = 1;

/// What is waited for, as WASI has it. For a descriptor, `id` is its number.
#[repr(C)]
pub(crate) struct Subscription {
    user: u64,
    kind: u8,
    _before_id: [u8; 7],
    id: u32,
    timeout: u64,
    precision: u64,
    flags: u16,
}

/// What came, as WASI has it. Plugix's host tells in the upper half of the flags what the kernel has said.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Event {
    user: u64,
    error: u16,
    kind: u8,
    bytes: u64,
    flags: u16,
}

const _: () = assert!(size_of::<Subscription>() == 48 && size_of::<Event>() == 32);

/// The flag of WASI's own.
const HANGUP: u16 = 1;
/// Each flag of the kernel's, where the host has it, and that of the C library's.
const KERNEL: [(u16, i16); 4] = [(0x100, READABLE), (0x400, WRITABLE), (0x800, FAILED), (0x1000, HUNG_UP)];

unsafe extern "C" {
    fn calloc(count: usize, len: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_poll(fds: *mut PollFd, count: usize, milliseconds: c_int) -> c_int {
    // For each descriptor, that it can be read and that it can be written. And the time.
    let Some(most) = count.checked_mul(2).and_then(|twice| twice.checked_add(1)) else { return fail(INVAL) };
    // SAFETY: the caller has so many. Both others are this function's, and as long as it says.
    unsafe {
        let asked = calloc(most, size_of::<Subscription>()).cast::<Subscription>();
        let came = calloc(most, size_of::<Event>()).cast::<Event>();
        let ready =
            if asked.is_null() || came.is_null() { Err(NOMEM) } else { wait(fds, count, milliseconds, asked, came) };
        free(asked.cast());
        free(came.cast());
        ready.unwrap_or_else(|error| fail(error))
    }
}

/// Returns how many are ready.
unsafe fn wait(
    fds: *mut PollFd,
    count: usize,
    milliseconds: c_int,
    asked: *mut Subscription,
    came: *mut Event,
) -> Result<c_int, Errno> {
    let mut subscribed = 0;
    let mut subscribe = |user: usize, kind, id, timeout| {
        let (user, precision, flags) = (user as u64, 0, 0);
        // SAFETY: there is room for two of each descriptor, and one of the time.
        unsafe {
            asked.add(subscribed).write(Subscription { user, kind, _before_id: [0; 7], id, timeout, precision, flags })
        };
        subscribed += 1;
    };
    for at in 0..count {
        // SAFETY: the caller has so many.
        let fd = unsafe { &mut *fds.add(at) };
        fd.seen = 0;
        if fd.fd < 0 {
            continue;
        }
        // WASI has no word for a hang-up alone.
        if fd.events & (READABLE | WRITABLE) == 0 {
            return Err(NOSYS);
        }
        for (event, kind) in [(READABLE, READ), (WRITABLE, WRITE)] {
            if fd.events & event != 0 {
                subscribe(at, kind, fd.fd as u32, 0);
            }
        }
    }
    if let Ok(milliseconds) = u64::try_from(milliseconds) {
        // Elsewhere, a time of 0 never ends.
        subscribe(0, CLOCK, MONOTONIC, (milliseconds * 1_000_000).max(1));
    }
    if subscribed == 0 {
        return Err(NOTSUP);
    }
    let mut happened = 0;
    // SAFETY: there is as much room for what came.
    match unsafe { poll_oneoff(asked, came, subscribed, &mut happened) } {
        0 => {}
        error => return Err(error),
    }
    let mut ready = 0;
    for at in 0..happened.min(subscribed) {
        // SAFETY: the host has written so many. Each names one of the caller's.
        let event = unsafe { *came.add(at) };
        if event.kind != CLOCK && (event.user as usize) < count {
            let fd = unsafe { &mut *fds.add(event.user as usize) };
            let seen = seen(&event);
            ready += c_int::from(fd.seen == 0 && seen != 0);
            fd.seen |= seen;
        }
    }
    Ok(ready)
}

fn seen(event: &Event) -> i16 {
    match (Errno::from(event.error), event.flags >> 8) {
        (BADF, _) => CLOSED,
        (PIPE, _) => HUNG_UP,
        (0, 0) => {
            let hung_up = if event.flags & HANGUP != 0 { HUNG_UP } else { 0 };
            hung_up | if event.kind == READ { READABLE } else { WRITABLE }
        }
        (0, _) => {
            let flag = |(kernel, own)| if event.flags & kernel != 0 { own } else { 0 };
            KERNEL.into_iter().map(flag).fold(0, |all, flag| all | flag)
        }
        _ => FAILED,
    }
}
