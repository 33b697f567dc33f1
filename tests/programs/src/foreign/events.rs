//! Counters that threads wait for.

use super::{SEMAPHORE, new_event, receive, send};
use crate::told::Told;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::thread;

fn taken(event: &OwnedFd) -> io::Result<u64> {
    let bytes = receive(event, 8)?;
    bytes.try_into().map(u64::from_ne_bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn add(event: &OwnedFd, count: u64) -> io::Result<usize> {
    send(event, &count.to_ne_bytes())
}

/// All that was added is taken at once.
pub fn counted(_folder: &Path) -> io::Result<String> {
    let event = new_event(3, 0)?;
    let mut told = Told::new();
    told.line("at first", taken(&event));
    told.line("added", add(&event, 5));
    told.line("added", add(&event, 7));
    told.line("taken", taken(&event));
    told.line("too little room", receive(&event, 4));
    told.line("too few bytes", send(&event, &[0; 4]));
    let clone = event.try_clone()?;
    let waiting = thread::spawn(move || taken(&clone));
    add(&event, 9)?;
    told.line("on a thread", waiting.join().expect("a thread doesn't panic"));
    told.end()
}

/// One after the other.
pub fn semaphores(_folder: &Path) -> io::Result<String> {
    let event = new_event(2, SEMAPHORE)?;
    let mut told = Told::new();
    told.line("first", taken(&event));
    told.line("second", taken(&event));
    told.line("added", add(&event, 1));
    told.line("third", taken(&event));
    told.end()
}
