//! Sets of descriptors to wait for.

mod interest;
#[cfg(test)]
mod tests;

use crate::description::Description;
use crate::object::Object;
use crate::table::Descriptor;
use crate::{Errno, FdFlags, Result, System, Thread};
use interest::{Epoll, MAX_EVENTS};
use rustix::event::PollFlags;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use interest::Epoll as Set;

/// What happened to a descriptor, or what is waited for; by WASIX's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EpollEvents(u32);

/// What the plugin gave with a descriptor, to know it by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they mean nothing here")]
pub struct EpollData {
    pub ptr: u64,
    pub fd: u32,
    pub data1: u32,
    pub data2: u64,
}

/// What happened, or is waited for, and what the plugin knows it by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EpollEvent {
    /// What.
    pub events: EpollEvents,
    /// Of which.
    pub data: EpollData,
}

/// What is done to a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpollChange {
    /// A descriptor comes in.
    Add(EpollEvent),
    /// Something else is waited for.
    Modify(EpollEvent),
    /// A descriptor leaves.
    Delete,
}

impl EpollEvents {
    /// It can be read.
    pub const IN: Self = Self(1);
    /// It can be written.
    pub const OUT: Self = Self(1 << 1);
    /// The other side writes no more.
    pub const RDHUP: Self = Self(1 << 2);
    /// Something exceptional.
    pub const PRI: Self = Self(1 << 3);
    /// An error.
    pub const ERR: Self = Self(1 << 4);
    /// The other side is gone.
    pub const HUP: Self = Self(1 << 5);
    /// Told when it happens, and not as long as it is so.
    pub const ET: Self = Self(1 << 6);
    /// Told once.
    pub const ONESHOT: Self = Self(1 << 7);

    /// The bits that mean something.
    pub const fn truncated(bits: u32) -> Self {
        Self(bits & 0xff)
    }

    /// As a number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether all of these are in it.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl System {
    /// A set of descriptors to wait for.
    ///
    /// # Errors
    /// Too many descriptors are open.
    pub fn epoll_create(&self) -> Result<u32> {
        let object = Object::Epoll(Epoll::new()?);
        self.table.insert(Descriptor::new(Arc::new(Description::new(object, FdFlags::default()))), 0)
    }

    /// Changes a set.
    ///
    /// # Errors
    /// As `epoll_ctl`: [`Errno::Perm`] for what is always ready, such as a file.
    pub fn epoll_ctl(&self, set: u32, fd: u32, change: EpollChange) -> Result<()> {
        let set = self.table.description(set)?;
        let changed = self.table.description(fd)?;
        let Object::Epoll(epoll) = &set.object else { return Err(Errno::Inval) };
        if Arc::ptr_eq(&set, &changed) {
            return Err(Errno::Inval);
        }
        epoll.change(fd, &changed, change)
    }

    /// Waits for what happens to the descriptors of a set: at most `most` events, none when the time is up.
    ///
    /// # Errors
    /// As `epoll_wait`; a signal has come, or the stop.
    pub fn epoll_wait(
        &self,
        thread: &Thread,
        set: u32,
        most: usize,
        timeout: Option<Duration>,
    ) -> Result<Vec<EpollEvent>> {
        let description = self.table.description(set)?;
        let Object::Epoll(epoll) = &description.object else { return Err(Errno::Inval) };
        if most == 0 {
            return Err(Errno::Inval);
        }
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let events = epoll.take(thread, most.min(MAX_EVENTS))?;
            if !events.is_empty() || !thread.wait_for(epoll.fd(), PollFlags::IN, deadline)? {
                return Ok(events);
            }
        }
    }
}
