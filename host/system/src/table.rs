//! The descriptors of a plugin.

use crate::description::Description;
use crate::report::{Limit, Report};
use crate::{Errno, Result, Rights};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Fewest that there may be: the standard streams and what is preopened are open from the beginning.
const LEAST: u32 = 8;

/// Most: numbers are looked up in a list.
const MOST: u32 = 1 << 16;

/// A descriptor: a number for a description.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    pub(crate) description: Arc<Description>,
    pub(crate) rights: Rights,
    pub(crate) inheriting: Rights,
    /// Kept because programs ask for it; there is no other program to be started.
    pub(crate) close_on_exec: bool,
    /// The name under which a program finds a folder that was open from the beginning.
    pub(crate) preopened: Option<Arc<str>>,
}

/// All descriptors, by number. A new one gets the lowest that is free.
#[derive(Debug)]
pub(crate) struct Table {
    slots: RwLock<Slots>,
    limit: u32,
    report: Arc<dyn Report>,
}

#[derive(Debug, Default)]
struct Slots {
    list: Vec<Option<Descriptor>>,
    /// Numbers below the list's end that are free.
    free: BTreeSet<u32>,
}

impl Descriptor {
    /// A descriptor with all the rights that make sense.
    pub(crate) fn new(description: Arc<Description>) -> Self {
        let (rights, inheriting) = description.object.rights();
        Self { description, rights, inheriting, close_on_exec: false, preopened: None }
    }
}

impl Table {
    pub(crate) fn new(limit: u32, report: Arc<dyn Report>) -> Self {
        Self { slots: RwLock::default(), limit: limit.clamp(LEAST, MOST), report }
    }

    /// What a number stands for.
    pub(crate) fn get(&self, fd: u32) -> Result<Descriptor> {
        self.read().get(fd).cloned().ok_or(Errno::Badf)
    }

    /// The description only.
    pub(crate) fn description(&self, fd: u32) -> Result<Arc<Description>> {
        self.read().get(fd).map(|descriptor| descriptor.description.clone()).ok_or(Errno::Badf)
    }

    /// Gives it the lowest number that is free, from `least` on.
    pub(crate) fn insert(&self, descriptor: Descriptor, least: u32) -> Result<u32> {
        let mut slots = self.write();
        let fd = slots.lowest_free(least);
        if fd >= self.limit {
            drop(slots);
            return Err(self.full());
        }
        slots.put(fd, descriptor);
        Ok(fd)
    }

    /// Gives numbers to two at once, or to none.
    pub(crate) fn insert_pair(&self, pair: [Descriptor; 2]) -> Result<[u32; 2]> {
        let mut slots = self.write();
        let [first, second] = pair;
        let one = slots.lowest_free(0);
        if one < self.limit {
            slots.put(one, first);
            let other = slots.lowest_free(0);
            if other < self.limit {
                slots.put(other, second);
                return Ok([one, other]);
            }
            slots.take(one);
        }
        drop(slots);
        Err(self.full())
    }

    /// Fails, and reports it, if no number is free: before something is done that can't be undone.
    pub(crate) fn check_room(&self) -> Result<()> {
        let lowest = self.read().lowest_free(0);
        if lowest < self.limit { Ok(()) } else { Err(self.full()) }
    }

    /// Makes `to` another number for what `from` stands for. Returns what `to` stood for, which is closed.
    pub(crate) fn duplicate(&self, from: u32, to: u32, close_on_exec: bool) -> Result<Option<Descriptor>> {
        if to >= self.limit {
            return Err(Errno::Badf);
        }
        let mut slots = self.write();
        let descriptor = slots.get(from).cloned().ok_or(Errno::Badf)?;
        if from == to {
            return Ok(None);
        }
        // Closed when the lock is gone: closing may take its time.
        let replaced = slots.take(to);
        slots.put(to, Descriptor { close_on_exec, preopened: None, ..descriptor });
        Ok(replaced)
    }

    /// Gives what `from` stands for the number `to`, which is open as well. Returns what that stood for, which is closed.
    pub(crate) fn renumber(&self, from: u32, to: u32) -> Result<Option<Descriptor>> {
        let mut slots = self.write();
        if slots.get(from).is_none() || slots.get(to).is_none() {
            return Err(Errno::Badf);
        }
        if from == to {
            return Ok(None);
        }
        // Closed when the lock is gone, as above.
        let replaced = slots.take(to);
        if let Some(descriptor) = slots.take(from) {
            slots.put(to, descriptor);
        }
        Ok(replaced)
    }

    /// Frees a number. What it stood for stays open as long as another number or a call under way needs it.
    pub(crate) fn close(&self, fd: u32) -> Result<Descriptor> {
        let closed = self.write().take(fd);
        closed.ok_or(Errno::Badf)
    }

    /// Changes a descriptor.
    pub(crate) fn update<R>(&self, fd: u32, update: impl FnOnce(&mut Descriptor) -> Result<R>) -> Result<R> {
        let mut slots = self.write();
        let descriptor = slots.list.get_mut(fd as usize).and_then(Option::as_mut);
        update(descriptor.ok_or(Errno::Badf)?)
    }

    /// How many there may be.
    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// Looks at all that are open.
    pub(crate) fn for_each(&self, mut look: impl FnMut(&Descriptor)) {
        self.read().list.iter().flatten().for_each(&mut look);
    }

    /// Closes all.
    pub(crate) fn clear(&self) {
        let closed = std::mem::take(&mut *self.write());
        drop(closed);
    }

    fn full(&self) -> Errno {
        self.report.limit_reached(Limit::Descriptors, self.limit.into());
        Errno::Mfile
    }

    // Nothing panics while it holds the lock.
    fn read(&self) -> RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn get(&self, fd: u32) -> Option<&Descriptor> {
        self.list.get(fd as usize)?.as_ref()
    }

    fn lowest_free(&self, least: u32) -> u32 {
        self.free.range(least..).next().copied().unwrap_or(least.max(self.list.len() as u32))
    }

    /// The number is free.
    fn put(&mut self, fd: u32, descriptor: Descriptor) {
        while self.list.len() <= fd as usize {
            self.free.insert(self.list.len() as u32);
            self.list.push(None);
        }
        self.free.remove(&fd);
        self.list[fd as usize] = Some(descriptor);
    }

    fn take(&mut self, fd: u32) -> Option<Descriptor> {
        let taken = self.list.get_mut(fd as usize)?.take()?;
        self.free.insert(fd);
        Some(taken)
    }
}
