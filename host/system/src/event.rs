//! Events: a count that is added to and waited for.

use crate::description::Description;
use crate::object::Object;
use crate::part::{Part, total};
use crate::table::Descriptor;
use crate::wait::until_done;
use crate::{Errno, FdFlags, Result, System, Thread};
use rustix::event::{EventfdFlags, PollFlags, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// An eventfd of the kernel's.
#[derive(Debug)]
pub(crate) struct Event(OwnedFd);

impl Event {
    fn new(count: u64, is_semaphore: bool) -> Result<Self> {
        if count == u64::MAX {
            return Err(Errno::Inval);
        }
        let kind = if is_semaphore { EventfdFlags::SEMAPHORE } else { EventfdFlags::empty() };
        let event = eventfd(0, kind | EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        // The call for making it takes 32 bits only.
        rustix::io::write(&event, &count.to_ne_bytes())?;
        Ok(Self(event))
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Takes the count, or one of it, and waits until there is one.
    pub(crate) fn read(&self, thread: &Thread, parts: &[Part], waits: bool) -> Result<usize> {
        if total(parts) < size_of::<u64>() {
            return Err(Errno::Inval);
        }
        let mut count = [0; size_of::<u64>()];
        until_done(thread, self.fd(), PollFlags::IN, waits, None, || Ok(rustix::io::read(&self.0, &mut count)?))?;
        let mut left = &count[..];
        parts.iter().for_each(|part| left = &left[part.write(left)..]);
        Ok(count.len())
    }

    /// Adds to the count, and waits until there is room.
    pub(crate) fn write(&self, thread: &Thread, parts: &[Part], waits: bool) -> Result<usize> {
        if total(parts) < size_of::<u64>() {
            return Err(Errno::Inval);
        }
        let mut count = [0; size_of::<u64>()];
        let mut done = 0;
        parts.iter().for_each(|part| done += part.read(&mut count[done..]));
        until_done(thread, self.fd(), PollFlags::OUT, waits, None, || Ok(rustix::io::write(&self.0, &count)?))
    }
}

impl System {
    /// An event: what is written is added to its count, and what is read is taken from it; 1 at a time if it
    /// `is_semaphore`.
    ///
    /// # Errors
    /// Too many descriptors are open, or the count is the one that stands for none.
    pub fn fd_event(&self, count: u64, is_semaphore: bool, flags: FdFlags) -> Result<u32> {
        let object = Object::Event(Event::new(count, is_semaphore)?);
        self.table.insert(Descriptor::new(Arc::new(Description::new(object, flags))), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Plugin, part};
    use std::thread::scope;

    fn read(plugin: &Plugin, fd: u32) -> Result<u64> {
        let mut count = [0; 8];
        let (first, second) = count.split_at_mut(3);
        plugin.system.fd_read(&plugin.thread, fd, &[part(first), part(second)])?;
        Ok(u64::from_ne_bytes(count))
    }

    fn write(plugin: &Plugin, fd: u32, count: u64) -> Result<usize> {
        plugin.system.fd_write(&plugin.thread, fd, &[part(&mut count.to_ne_bytes())])
    }

    #[test]
    fn a_count_is_taken_at_once_or_one_by_one() {
        let plugin = Plugin::new(|_| {});
        let large = u64::from(u32::MAX) + 7;
        let event = plugin.system.fd_event(large, false, FdFlags::NONBLOCK).unwrap();
        assert_eq!(read(&plugin, event), Ok(large));
        assert_eq!(read(&plugin, event), Err(Errno::Again));
        assert_eq!(write(&plugin, event, u64::MAX), Err(Errno::Inval));
        assert_eq!(write(&plugin, event, u64::MAX - 1), Ok(8));
        assert_eq!(write(&plugin, event, 1), Err(Errno::Again));
        let semaphore = plugin.system.fd_event(2, true, FdFlags::NONBLOCK).unwrap();
        assert_eq!([read(&plugin, semaphore), read(&plugin, semaphore)], [Ok(1), Ok(1)]);
        assert_eq!(read(&plugin, semaphore), Err(Errno::Again));
        assert_eq!(plugin.system.fd_read(&plugin.thread, event, &[part(&mut [0; 7])]), Err(Errno::Inval));
        assert_eq!(plugin.system.fd_event(u64::MAX, false, FdFlags::default()), Err(Errno::Inval));
    }

    #[test]
    fn a_count_and_a_stop_end_the_wait() {
        let plugin = Plugin::new(|_| {});
        let event = plugin.system.fd_event(0, false, FdFlags::default()).unwrap();
        scope(|scope| {
            let waiting = scope.spawn(|| plugin.system.fd_read(&plugin.thread(), event, &[part(&mut [0; 8])]));
            write(&plugin, event, 1).unwrap();
            assert_eq!(waiting.join().unwrap(), Ok(8));
            let waiting = scope.spawn(|| plugin.system.fd_read(&plugin.thread(), event, &[part(&mut [0; 8])]));
            plugin.system.halt().stop();
            assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
        });
    }
}
