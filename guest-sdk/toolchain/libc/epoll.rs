//! Sets of descriptors to wait for. wasix-libc's functions return the error's number, and take one part of an event's
//! data for another.

use crate::calls::{epoll_ctl, epoll_wait};
use crate::errno::{fail, outcome};
use core::ffi::{c_int, c_void};
use core::ptr;

/// Events that one call returns at most, as in wasix-libc.
const MOST: usize = 64;

/// Each bit of the C library's, and that of WASIX's.
const BITS: [(u32, u32); 8] =
    [(1, 1), (4, 2), (0x2000, 4), (2, 8), (8, 0x10), (0x10, 0x20), (1 << 31, 0x40), (1 << 30, 0x80)];

/// `struct epoll_event`, whose data is a union.
#[repr(C)]
struct Event {
    events: u32,
    data: u64,
}

/// An event of WASIX's, where all parts of that union are apart.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct WasixEvent {
    events: u32,
    _before_data: u32,
    ptr: u32,
    fd: c_int,
    data1: u32,
    _before_data2: u32,
    data2: u64,
}

impl WasixEvent {
    const NONE: Self = Self { events: 0, _before_data: 0, ptr: 0, fd: 0, data1: 0, _before_data2: 0, data2: 0 };

    fn new(fd: c_int, &Event { events, data }: &Event) -> Self {
        let part = |(own, wasix)| if events & own != 0 { wasix } else { 0 };
        let events = BITS.into_iter().map(part).fold(0, |all, part| all | part);
        Self { events, ptr: data as u32, fd, data1: data as u32, data2: data, ..Self::NONE }
    }

    fn happened(&self) -> Event {
        let part = |(own, wasix)| if self.events & wasix != 0 { own } else { 0 };
        Event { events: BITS.into_iter().map(part).fold(0, |all, part| all | part), data: self.data2 }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_epoll_ctl(set: c_int, change: c_int, fd: c_int, event: *const Event) -> c_int {
    // SAFETY: the caller has an event, or none.
    unsafe {
        let event = event.as_ref().map(|event| WasixEvent::new(fd, event));
        outcome(epoll_ctl(set, change, fd, event.as_ref().map_or(ptr::null(), ptr::from_ref)))
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_epoll_pwait(
    set: c_int,
    events: *mut Event,
    room: c_int,
    milliseconds: c_int,
    _signals: *const c_void,
) -> c_int {
    let mut happened = [WasixEvent::NONE; MOST];
    let mut count = 0;
    let nanoseconds = u64::try_from(milliseconds).map_or(u64::MAX, |milliseconds| milliseconds * 1_000_000);
    let most = usize::try_from(room).unwrap_or(0).min(MOST);
    // SAFETY: there is as much room as is said, here and at the caller's.
    unsafe {
        match epoll_wait(set, happened.as_mut_ptr(), most, nanoseconds, &mut count) {
            0 => {
                let count = count.min(most);
                happened.iter().take(count).enumerate().for_each(|(at, event)| events.add(at).write(event.happened()));
                count as c_int
            }
            error => fail(error),
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_epoll_wait(set: c_int, events: *mut Event, room: c_int, milliseconds: c_int) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { __wrap_epoll_pwait(set, events, room, milliseconds, ptr::null()) }
}
