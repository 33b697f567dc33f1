//! A number of permits that threads of plugins wait for.

use crate::{Errno, Result, Thread};
use rustix::event::{EventfdFlags, PollFlags, eventfd};
use rustix::fd::OwnedFd;
use std::sync::Arc;

/// So many may do something at once. The permits are the count of an eventfd, so that a thread waits for one as it
/// waits for anything else.
#[derive(Clone, Debug)]
pub(super) struct Permits(Arc<OwnedFd>);

/// One permit, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<OwnedFd>);

impl Permits {
    pub(super) fn new(count: u32) -> Result<Self> {
        let flags = EventfdFlags::SEMAPHORE | EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC;
        Ok(Self(Arc::new(eventfd(count, flags)?)))
    }

    /// Waits for a permit.
    pub(super) fn take(&self, thread: &Thread) -> Result<Permit> {
        loop {
            match rustix::io::read(&*self.0, &mut [0; 8]) {
                Ok(_) => return Ok(Permit(self.0.clone())),
                Err(rustix::io::Errno::AGAIN) => {
                    thread.wait_for(&*self.0, PollFlags::IN, None)?;
                }
                Err(error) => return Err(Errno::from(error)),
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // It can't fail: there are never more permits than there were at first.
        let _ = rustix::io::write(&*self.0, &1u64.to_ne_bytes());
    }
}
