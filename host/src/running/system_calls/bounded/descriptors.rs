//! How many descriptors a plugin has open.

use super::call::Advise;
use crate::events::{Event, Events, LimitKind};
use std::sync::atomic::{AtomicU32, Ordering};
use wasmer::{AsStoreMut, RuntimeError};
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// The descriptors of one plugin.
///
/// A new descriptor gets the lowest free number, and nobody may ask for a number from the limit on. So there is room
/// for another descriptor if and only if a number below the limit is free.
#[derive(Debug)]
pub(super) struct Descriptors {
    limit: u32,
    /// A number that was free a moment ago.
    free: AtomicU32,
    events: Events,
}

impl Descriptors {
    pub(super) fn new(limit: u32, events: Events) -> Self {
        Self { limit, free: AtomicU32::new(0), events }
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether one more descriptor can be opened. Threads that ask at the same time may get one each.
    pub(super) fn has_room(&self, store: &mut impl AsStoreMut, advise: &Advise) -> Result<bool, RuntimeError> {
        let first = self.free.load(Ordering::Relaxed);
        for number in (first..self.limit).chain(0..first) {
            if advise.call(store, number as i32, 0, 0, 0)? == Errno::Badf as i32 {
                self.free.store(number, Ordering::Relaxed);
                return Ok(true);
            }
        }
        self.events.report(Event::LimitReached { limit: LimitKind::Files, allowed: self.limit.into() });
        Ok(false)
    }
}
