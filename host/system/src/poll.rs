//! Waiting for one of several things.

use crate::description::Description;
use crate::{Clock, Errno, Result, System, Thread};
use rustix::event::{PollFd, PollFlags};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Things to wait for at once: each takes some of the host's memory.
pub(crate) const MAX_SUBSCRIPTIONS: usize = 4096;

/// Something to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What the plugin knows it by.
    pub userdata: u64,
    /// What it is.
    pub awaited: Awaited,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A time.
    Clock {
        /// WASI's number of the clock: 0 is the time of day, 1 the one that only goes forward.
        clock: u32,
        /// In nanoseconds.
        timeout: u64,
        /// Whether it is a time of that clock, and not one from now on.
        is_absolute: bool,
    },
    /// That something can be read.
    Read(u32),
    /// That something can be written.
    Write(u32),
}

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollEvent {
    /// What the plugin knows the subscription by.
    pub userdata: u64,
    /// Why it can't be waited for.
    pub error: Option<Errno>,
    /// What it is.
    pub awaited: Awaited,
    /// Bytes that can be read.
    pub bytes: u64,
    /// Whether the other side is gone.
    pub hung_up: bool,
    /// What the kernel has said, as the bits of its `poll`: readable 1, writable 4, an error 8, hung up 16. Nothing for
    /// a clock.
    pub seen: u8,
}

/// What became of a subscription before any wait.
enum Prepared {
    Done(PollEvent),
    /// When it ends.
    Until(Option<Instant>),
    Waiting(Arc<Description>, PollFlags),
}

impl System {
    /// Waits until one of the subscriptions comes true, and returns all that are.
    ///
    /// # Errors
    /// [`Errno::Inval`] if there are none, or too many of them; a signal has come, or the stop.
    pub fn poll_oneoff(&self, thread: &Thread, subscriptions: &[Subscription]) -> Result<Vec<PollEvent>> {
        if subscriptions.is_empty() || subscriptions.len() > MAX_SUBSCRIPTIONS {
            return Err(Errno::Inval);
        }
        let prepared: Vec<_> = subscriptions.iter().map(|subscription| self.prepare(*subscription)).collect();
        let deadlines = prepared.iter().filter_map(|prepared| match prepared {
            Prepared::Until(deadline) => *deadline,
            Prepared::Done(_) => Some(Instant::now()),
            Prepared::Waiting(..) => None,
        });
        let deadline = deadlines.min();
        let mut fds = Vec::new();
        for prepared in &prepared {
            if let Prepared::Waiting(description, flags) = prepared
                && let Some(fd) = description.object.pollable()
            {
                fds.push(PollFd::from_borrowed_fd(fd, *flags));
            }
        }
        loop {
            thread.poll(&mut fds, deadline)?;
            let now = Instant::now();
            let mut ready = fds.iter().map(PollFd::revents);
            let events: Vec<_> = prepared
                .iter()
                .zip(subscriptions)
                .filter_map(|(prepared, subscription)| match prepared {
                    Prepared::Done(event) => Some(*event),
                    Prepared::Until(deadline) => {
                        deadline.is_some_and(|deadline| deadline <= now).then(|| subscription.event(None))
                    }
                    Prepared::Waiting(description, _) => {
                        subscription.ready(thread, description, ready.next().unwrap_or(PollFlags::empty()))
                    }
                })
                .collect();
            // What came may not be for the plugin.
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }

    fn prepare(&self, subscription: Subscription) -> Prepared {
        let (fd, flags) = match subscription.awaited {
            Awaited::Clock { clock, timeout, is_absolute } => {
                return match time_left(clock, timeout, is_absolute) {
                    Ok(left) => Prepared::Until(Instant::now().checked_add(left)),
                    Err(error) => Prepared::Done(subscription.event(Some(error))),
                };
            }
            Awaited::Read(fd) => (fd, PollFlags::IN),
            Awaited::Write(fd) => (fd, PollFlags::OUT),
        };
        match self.table.description(fd) {
            Err(error) => Prepared::Done(subscription.event(Some(error))),
            Ok(description) if description.object.pollable().is_none() => {
                Prepared::Done(PollEvent { bytes: 1, seen: flags.bits() as u8, ..subscription.event(None) })
            }
            Ok(description) => Prepared::Waiting(description, flags),
        }
    }
}

impl Subscription {
    fn event(self, error: Option<Errno>) -> PollEvent {
        PollEvent { userdata: self.userdata, error, awaited: self.awaited, bytes: 0, hung_up: false, seen: 0 }
    }

    fn ready(self, thread: &Thread, description: &Description, flags: PollFlags) -> Option<PollEvent> {
        let is_read = matches!(self.awaited, Awaited::Read(_));
        let failed = flags.intersects(PollFlags::ERR | PollFlags::HUP);
        let mut seen = flags;
        if is_read && !description.object.is_readable(thread) {
            seen.remove(PollFlags::IN);
        }
        if flags.is_empty() || (seen.is_empty() && !failed) {
            return None;
        }
        let fd = description.object.pollable()?;
        let bytes = if is_read { rustix::io::ioctl_fionread(fd).unwrap_or(0) } else { 0 };
        // A pipe that nobody reads has an error, and a socket that heard of one can be read.
        let is_pipe = description.object.is_pipe();
        let hung_up = flags.contains(PollFlags::HUP) || (is_pipe && flags.contains(PollFlags::ERR));
        Some(PollEvent { bytes, hung_up, seen: seen.bits() as u8, ..self.event(None) })
    }
}

fn time_left(clock: u32, timeout: u64, is_absolute: bool) -> Result<Duration> {
    let timeout = Duration::from_nanos(timeout);
    let now = match Clock::numbered(clock)? {
        clock @ (Clock::Realtime | Clock::Monotonic) => clock.now(),
        Clock::Process | Clock::Thread => return Err(Errno::Inval),
    };
    Ok(if is_absolute { timeout.saturating_sub(now) } else { timeout })
}

#[cfg(test)]
mod tests;
