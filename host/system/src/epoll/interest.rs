//! A set of the kernel's, and what the plugin gave with each descriptor.

use super::{EpollChange, EpollEvent, EpollEvents};
use crate::description::Description;
use crate::{Errno, Result, Thread};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Events that are told at once.
pub(super) const MAX_EVENTS: usize = 128;

/// A set of descriptors. The kernel has it, with a number for each descriptor; here is what the numbers stand for.
///
/// What is closed leaves the kernel's set by itself. So a description is never kept open by being in a set.
#[derive(Debug)]
pub(crate) struct Epoll {
    fd: OwnedFd,
    interests: Mutex<Interests>,
}

#[derive(Debug, Default)]
struct Interests {
    by_number: HashMap<u64, Interest>,
    /// As the kernel has it: a descriptor's number and what it stands for, since the number may come to stand for
    /// something else while the first is still open under another one.
    numbers: HashMap<(u32, usize), u64>,
    last: u64,
    /// How many there may be before those that are gone are looked for.
    threshold: usize,
}

#[derive(Clone, Debug)]
struct Interest {
    description: Weak<Description>,
    /// Which of the description's kernel descriptors is in the kernel's set.
    copy: usize,
    event: EpollEvent,
    key: (u32, usize),
}

impl Epoll {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { fd: epoll::create(CreateFlags::CLOEXEC)?, interests: Mutex::default() })
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    pub(super) fn change(&self, fd: u32, description: &Arc<Description>, change: EpollChange) -> Result<()> {
        let key = (fd, Arc::as_ptr(description).addr());
        let mut interests = self.interests();
        interests.forget_closed();
        let known = interests.numbers.get(&key).copied();
        match (change, known) {
            (EpollChange::Add(_), Some(_)) => Err(Errno::Exist),
            (EpollChange::Add(event), None) => {
                let number = interests.last + 1;
                let copy = self.add(description, number, event.events)?;
                interests.last = number;
                let interest = Interest { description: Arc::downgrade(description), copy, event, key };
                interests.by_number.insert(number, interest);
                interests.numbers.insert(key, number);
                Ok(())
            }
            (_, None) => match description.object.pollable() {
                None => Err(Errno::Perm),
                Some(_) => Err(Errno::Noent),
            },
            (EpollChange::Modify(event), Some(number)) => {
                let Some(interest) = interests.by_number.get_mut(&number) else { return Err(Errno::Noent) };
                description.with_copy(interest.copy, |fd| {
                    Ok(epoll::modify(&self.fd, fd, EventData::new_u64(number), to_kernel(event.events))?)
                })?;
                interest.event = event;
                Ok(())
            }
            (EpollChange::Delete, Some(number)) => {
                let interest = interests.remove(number).ok_or(Errno::Noent)?;
                description.with_copy(interest.copy, |fd| Ok(epoll::delete(&self.fd, fd)?))
            }
        }
    }

    /// Several descriptors may stand for the same, and the kernel has each of its own once in a set: so it gets a copy
    /// for each further one.
    fn add(&self, description: &Description, number: u64, events: EpollEvents) -> Result<usize> {
        let mut copy = 0;
        loop {
            let added = description
                .with_copy(copy, |fd| Ok(epoll::add(&self.fd, fd, EventData::new_u64(number), to_kernel(events))?));
            match added {
                Err(Errno::Exist) => copy += 1,
                done => return done.map(|()| copy),
            }
        }
    }

    /// What has happened until now.
    pub(super) fn take(&self, thread: &Thread, most: usize) -> Result<Vec<EpollEvent>> {
        let mut events = [const { MaybeUninit::<Event>::uninit() }; MAX_EVENTS];
        let (happened, _) = loop {
            match epoll::wait(&self.fd, &mut events[..most], Some(&Timespec::default())) {
                // A signal of the host's own.
                Err(rustix::io::Errno::INTR) => {}
                done => break done?,
            }
        };
        let mut told = Vec::with_capacity(happened.len());
        for event in happened {
            let (flags, number) = (event.flags, event.data.u64());
            let interest = self.interests().by_number.get(&number).cloned();
            // It was changed or closed a moment ago.
            let Some(Interest { description, event, copy, .. }) = interest else { continue };
            let mut events = from_kernel(flags);
            // What is closed can't be ready. One that is ready because of a stranger's datagram isn't.
            let Some(description) = description.upgrade() else { continue };
            let failed = flags.intersects(EventFlags::ERR | EventFlags::HUP);
            if events.contains(EpollEvents::IN) && !failed && !description.object.is_readable(thread) {
                events = events.without(EpollEvents::IN);
            }
            if events != EpollEvents::default() {
                told.push(EpollEvent { events, data: event.data });
            } else if event.events.contains(EpollEvents::ONESHOT) {
                let again = |fd: BorrowedFd<'_>| {
                    Ok(epoll::modify(&self.fd, fd, EventData::new_u64(number), to_kernel(event.events))?)
                };
                // It left the set meanwhile, or waits on.
                let _ = description.with_copy(copy, again);
            }
        }
        Ok(told)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.interests().by_number.len()
    }

    fn interests(&self) -> MutexGuard<'_, Interests> {
        // Nothing panics while it holds the lock.
        self.interests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interests {
    fn remove(&mut self, number: u64) -> Option<Interest> {
        let interest = self.by_number.remove(&number)?;
        self.numbers.remove(&interest.key);
        Some(interest)
    }

    /// Forgets what was closed, now and then: at the latest when half of all is.
    fn forget_closed(&mut self) {
        if self.by_number.len() < self.threshold.max(16) {
            return;
        }
        self.by_number.retain(|_, interest| interest.description.strong_count() > 0);
        let left = &self.by_number;
        self.numbers.retain(|_, number| left.contains_key(number));
        self.threshold = self.by_number.len() * 2;
    }
}

const FLAGS: [(EpollEvents, EventFlags); 8] = [
    (EpollEvents::IN, EventFlags::IN),
    (EpollEvents::OUT, EventFlags::OUT),
    (EpollEvents::RDHUP, EventFlags::RDHUP),
    (EpollEvents::PRI, EventFlags::PRI),
    (EpollEvents::ERR, EventFlags::ERR),
    (EpollEvents::HUP, EventFlags::HUP),
    (EpollEvents::ET, EventFlags::ET),
    (EpollEvents::ONESHOT, EventFlags::ONESHOT),
];

fn to_kernel(events: EpollEvents) -> EventFlags {
    FLAGS.iter().filter(|(ours, _)| events.contains(*ours)).map(|(_, kernel)| *kernel).collect()
}

fn from_kernel(flags: EventFlags) -> EpollEvents {
    let happened = FLAGS.iter().filter(|(_, kernel)| flags.contains(*kernel));
    happened.fold(EpollEvents::default(), |all, (ours, _)| all.with(*ours))
}
