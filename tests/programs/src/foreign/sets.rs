//! Sets of descriptors that are waited for together (epoll).

use super::{checked, new_event, new_pipe, receive, send};
use crate::told::Told;
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;
use std::thread;

const ADD: c_int = 1;
const REMOVE: c_int = 2;
const CHANGE: c_int = 3;
const READABLE: u32 = 1;
const WRITABLE: u32 = 4;
const HUNG_UP: u32 = 0x10;
const EDGES: u32 = 1 << 31;
const ONCE: u32 = 1 << 30;

#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
struct Event {
    events: u32,
    data: u64,
}

unsafe extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(set: c_int, change: c_int, fd: c_int, event: *mut Event) -> c_int;
    fn epoll_wait(set: c_int, events: *mut Event, room: c_int, milliseconds: c_int) -> c_int;
}

struct Set(OwnedFd);

impl Set {
    fn new() -> io::Result<Self> {
        // SAFETY: the function takes a number only, and the descriptor is new.
        unsafe { checked(epoll_create1(0)).map(|fd| Self(OwnedFd::from_raw_fd(fd))) }
    }

    fn change(&self, change: c_int, fd: &OwnedFd, events: u32, data: u64) -> io::Result<()> {
        let mut event = Event { events, data };
        // SAFETY: the event is there.
        checked(unsafe { epoll_ctl(self.0.as_raw_fd(), change, fd.as_raw_fd(), &mut event) }).map(drop)
    }

    /// The number of each descriptor that is ready, and what it is ready for, in the order of the numbers.
    fn wait(&self, milliseconds: c_int) -> io::Result<Vec<(u64, u32)>> {
        let mut events = [Event { events: 0, data: 0 }; 8];
        // SAFETY: there is room for eight.
        let count = checked(unsafe { epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), 8, milliseconds) })?;
        let mut ready: Vec<_> = events[..count as usize].iter().map(|event| (event.data, event.events)).collect();
        ready.sort_unstable();
        Ok(ready)
    }
}

/// What is ready as long as it is.
pub fn levels(_folder: &Path) -> io::Result<String> {
    let ([reader, writer], event, set) = (new_pipe()?, new_event(0, 0)?, Set::new()?);
    let mut told = Told::new();
    told.line("added", set.change(ADD, &reader, READABLE, 7));
    told.line("added", set.change(ADD, &event, READABLE, 2));
    told.line("added again", set.change(ADD, &event, READABLE, 2));
    told.line("nothing", set.wait(0));
    send(&writer, b"x")?;
    send(&event, &1_u64.to_ne_bytes())?;
    told.line("both", set.wait(-1));
    told.line("still", set.wait(0));
    told.line("changed", set.change(CHANGE, &event, READABLE | WRITABLE, 3));
    told.line("more", set.wait(0));
    told.line("removed", set.change(REMOVE, &event, 0, 0));
    told.line("removed again", set.change(REMOVE, &event, 0, 0));
    receive(&reader, 1)?;
    told.line("nothing", set.wait(20));
    let sending = thread::spawn(move || send(&writer, b"y").map(|_| writer));
    told.line("waited for", set.wait(-1));
    drop(sending.join().expect("a thread doesn't panic")?);
    told.line("hung up", set.wait(-1).map(|ready| ready[0].1 & HUNG_UP != 0));
    told.end()
}

/// What a program gave with a descriptor comes with its events, whatever it is.
pub fn data(_folder: &Path) -> io::Result<String> {
    let (event, set) = (new_event(1, 0)?, Set::new()?);
    let mut told = Told::new();
    told.line("added", set.change(ADD, &event, READABLE, 0));
    for data in [0, 1, 1 << 32, u64::MAX, 0xffff_ffff_0000_0000] {
        told.line("changed", set.change(CHANGE, &event, READABLE, data));
        told.line("with", set.wait(-1));
    }
    told.line("no change", set.change(77, &event, READABLE, 0));
    told.end()
}

/// What is told once.
pub fn edges(_folder: &Path) -> io::Result<String> {
    let ([reader, writer], event, set) = (new_pipe()?, new_event(0, 0)?, Set::new()?);
    set.change(ADD, &reader, READABLE | EDGES, 1)?;
    set.change(ADD, &event, READABLE | ONCE, 2)?;
    send(&writer, b"x")?;
    send(&event, &1_u64.to_ne_bytes())?;
    let mut told = Told::new();
    told.line("both", set.wait(-1));
    told.line("told already", set.wait(0));
    send(&writer, b"y")?;
    send(&event, &1_u64.to_ne_bytes())?;
    told.line("one", set.wait(-1));
    told.line("asked anew", set.change(CHANGE, &event, READABLE | ONCE, 2));
    told.line("the other", set.wait(-1));
    told.end()
}
