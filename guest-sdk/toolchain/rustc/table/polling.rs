//! Waiting with wasix-libc's `epoll`, and being notified with an event.

use crate::{Event, PollMode};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Instant;

const IN: u32 = 0x1;
const PRI: u32 = 0x2;
const OUT: u32 = 0x4;
const ERR: u32 = 0x8;
const HUP: u32 = 0x10;
const RDHUP: u32 = 0x2000;
const ONESHOT: u32 = 1 << 30;
const EDGE: u32 = 1 << 31;

const ADD: i32 = 1;
const DELETE: i32 = 2;
const CHANGE: i32 = 3;
const NONBLOCK: i32 = 4;

#[repr(C)]
#[derive(Clone, Copy)]
struct Happened {
    events: u32,
    data: u64,
}

extern "C" {
    fn epoll_create1(flags: i32) -> i32;
    fn epoll_ctl(set: i32, change: i32, fd: i32, event: *mut Happened) -> i32;
    fn epoll_wait(set: i32, events: *mut Happened, room: i32, milliseconds: i32) -> i32;
    fn eventfd(count: u32, flags: i32) -> i32;
}

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A set of descriptors.
#[derive(Debug)]
pub struct Poller {
    set: OwnedFd,
    notified: File,
}

impl Poller {
    pub fn new() -> io::Result<Poller> {
        // SAFETY: the descriptors are new.
        let poller = unsafe {
            Poller {
                set: OwnedFd::from_raw_fd(checked(epoll_create1(0))?),
                notified: File::from_raw_fd(checked(eventfd(0, NONBLOCK))?),
            }
        };
        poller.change(ADD, poller.notified.as_raw_fd(), Event::readable(crate::NOTIFY_KEY), PollMode::Oneshot)?;
        Ok(poller)
    }

    pub fn supports_level(&self) -> bool {
        true
    }

    pub fn supports_edge(&self) -> bool {
        true
    }

    fn change(&self, change: i32, fd: RawFd, event: Event, mode: PollMode) -> io::Result<()> {
        let mut events = event.extra.flags;
        events |= if event.readable { IN | PRI | RDHUP | HUP | ERR } else { 0 };
        events |= if event.writable { OUT | HUP | ERR } else { 0 };
        events |= match mode {
            PollMode::Oneshot => ONESHOT,
            PollMode::Level => 0,
            PollMode::Edge => EDGE,
            PollMode::EdgeOneshot => EDGE | ONESHOT,
        };
        let mut wanted = Happened { events, data: event.key as u64 };
        // SAFETY: the event is there.
        checked(unsafe { epoll_ctl(self.set.as_raw_fd(), change, fd, &mut wanted) }).map(drop)
    }

    pub unsafe fn add(&self, fd: RawFd, event: Event, mode: PollMode) -> io::Result<()> {
        self.change(ADD, fd, event, mode)
    }

    pub fn modify(&self, fd: BorrowedFd<'_>, event: Event, mode: PollMode) -> io::Result<()> {
        self.change(CHANGE, fd.as_raw_fd(), event, mode)
    }

    pub fn delete(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.change(DELETE, fd.as_raw_fd(), Event::none(0), PollMode::Level)
    }

    pub fn wait_deadline(&self, events: &mut Events, deadline: Option<Instant>) -> io::Result<()> {
        // A part of a millisecond is waited for as a whole one.
        let milliseconds = deadline.map_or(-1, |deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
        });
        let room = events.list.capacity();
        let (set, most) = (self.set.as_raw_fd(), i32::try_from(room).unwrap_or(i32::MAX));
        // SAFETY: there is as much room, and so many are written.
        unsafe {
            let count = checked(epoll_wait(set, events.list.as_mut_ptr(), most, milliseconds))?;
            events.list.set_len(count as usize);
        }
        let _ = (&self.notified).read(&mut [0; 8]);
        self.change(CHANGE, self.notified.as_raw_fd(), Event::readable(crate::NOTIFY_KEY), PollMode::Oneshot)
    }

    pub fn notify(&self) -> io::Result<()> {
        // It is full if nobody waits, and is seen all the same.
        let _ = (&self.notified).write(&1_u64.to_ne_bytes());
        Ok(())
    }
}

impl AsRawFd for Poller {
    fn as_raw_fd(&self) -> RawFd {
        self.set.as_raw_fd()
    }
}

impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.set.as_fd()
    }
}

/// What has happened.
pub struct Events {
    list: Vec<Happened>,
}

impl Events {
    pub fn with_capacity(capacity: usize) -> Events {
        Events { list: Vec::with_capacity(capacity) }
    }

    pub fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        self.list.iter().map(|happened| Event {
            key: happened.data as usize,
            readable: happened.events & (IN | PRI | RDHUP | HUP | ERR) != 0,
            writable: happened.events & (OUT | HUP | ERR) != 0,
            extra: EventExtra { flags: happened.events },
        })
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }

    pub fn capacity(&self) -> usize {
        self.list.capacity()
    }
}

/// All that is told of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventExtra {
    flags: u32,
}

impl EventExtra {
    pub const fn empty() -> EventExtra {
        EventExtra { flags: 0 }
    }

    fn set(&mut self, flag: u32, on: bool) {
        self.flags = if on { self.flags | flag } else { self.flags & !flag };
    }

    pub fn set_hup(&mut self, active: bool) {
        self.set(HUP, active);
    }

    pub fn set_pri(&mut self, active: bool) {
        self.set(PRI, active);
    }

    pub fn is_hup(&self) -> bool {
        self.flags & HUP != 0
    }

    pub fn is_pri(&self) -> bool {
        self.flags & PRI != 0
    }

    pub fn is_connect_failed(&self) -> Option<bool> {
        Some(self.flags & ERR != 0 && self.flags & HUP != 0)
    }

    pub fn is_err(&self) -> Option<bool> {
        Some(self.flags & ERR != 0)
    }
}
