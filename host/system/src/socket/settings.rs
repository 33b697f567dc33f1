//! Times that are kept here, and those settings that the kernel isn't told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a socket's calls wait. The kernel's own times hold for blocking sockets only, and these never are.
#[derive(Debug, Default)]
pub(super) struct Timeouts {
    pub(super) receive: Timeout,
    pub(super) send: Timeout,
    pub(super) connect: Timeout,
    pub(super) accept: Timeout,
}

/// A time in nanoseconds; 0 stands for none.
#[derive(Debug, Default)]
pub(super) struct Timeout(AtomicU64);

impl Timeouts {
    pub(super) fn set_as(&self, other: &Self) {
        self.receive.set(other.receive.get());
        self.send.set(other.send.get());
    }
}

impl Timeout {
    pub(super) fn get(&self) -> Option<Duration> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }

    pub(super) fn set(&self, time: Option<Duration>) {
        let nanoseconds = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        self.0.store(nanoseconds, Ordering::Relaxed);
    }
}
