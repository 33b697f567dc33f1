//! Which thread of the operating system runs which thread of a plugin.

use super::signal::own_thread;
use crate::sync::lock::lock;
use std::sync::Mutex;

/// A thread that a plugin has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guest {
    /// The operating system's number of the thread.
    pub(super) thread: i32,
    /// The plugin's number of it.
    pub(super) tid: u32,
    /// Whose it is: a number that stands for a plugin.
    pub(super) owner: usize,
}

static GUESTS: Mutex<Vec<Guest>> = Mutex::new(Vec::new());

/// Says that the calling thread runs a thread of a plugin, until this is dropped.
pub(crate) struct Running(i32);

impl Running {
    pub(crate) fn begin(owner: usize, tid: u32) -> Self {
        let thread = own_thread();
        lock(&GUESTS).push(Guest { thread, tid, owner });
        Self(thread)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut guests = lock(&GUESTS);
        if let Some(at) = guests.iter().position(|guest| guest.thread == self.0) {
            guests.swap_remove(at);
        }
    }
}

/// All threads that plugins have started.
pub(super) fn guests() -> Vec<Guest> {
    lock(&GUESTS).clone()
}
