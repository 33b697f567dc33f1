//! A worker of a shared plugin, for the time of one call.

use super::lanes::Lanes;
use crate::plugin::inner::Inner;
use crate::stop::Deadline;
use std::borrow::Borrow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::Duration;

/// The exclusive right to a worker. Dropping the lease gives the worker to the next caller who waits.
#[derive(Debug)]
pub(crate) struct Lease<L: Borrow<Arc<Lanes>>> {
    lanes: L,
    /// The worker's place. `None` once the lease was handed on.
    at: Option<usize>,
}

/// A number that identifies the calling thread, and is not 0.
#[inline]
pub(super) fn here() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here) as usize)
}

impl<L: Borrow<Arc<Lanes>>> Lease<L> {
    /// Takes over a lane that the caller has marked. The call runs on this thread.
    #[inline]
    pub(super) fn begin(lanes: L, at: usize) -> Self {
        let lease = Self::prepare(lanes, at);
        lease.hold_here();
        lease
    }

    /// Records that the calling thread is the one that calls.
    #[inline]
    pub(super) fn hold_here(&self) {
        self.lanes().lanes[self.place()].holder.store(here(), Ordering::Relaxed);
    }

    /// Takes over a lane that the caller has marked. The call runs on any thread.
    #[inline]
    pub(super) fn prepare(lanes: L, at: usize) -> Self {
        Self { lanes, at: Some(at) }
    }

    /// Stops the plugin after `limit`, unless the deadline is dropped before.
    pub(super) fn deadline(&self, limit: Duration) -> Option<Deadline> {
        let lanes = self.lanes();
        lanes.plugin.module().engine().watchdog().limit(lanes.lanes[self.place()].calls.clone(), limit)
    }

    /// Whether the worker is the plugin's main thread.
    pub(super) fn is_of_main_thread(&self) -> bool {
        self.place() + 1 == self.lanes().lanes.len()
    }

    #[inline]
    fn lanes(&self) -> &Arc<Lanes> {
        self.lanes.borrow()
    }

    #[inline]
    fn place(&self) -> usize {
        self.at.expect("a lease that was handed on is gone")
    }
}

impl Lease<Arc<Lanes>> {
    /// The worker's place. The worker stays taken until somebody prepares a lease of that place.
    pub(super) fn into_place(mut self) -> usize {
        self.at.take().expect("a lease that was handed on is gone")
    }

    /// The same lease, for a call on this thread.
    pub(super) fn on_this_thread(mut self, lanes: &Arc<Lanes>) -> Lease<&Arc<Lanes>> {
        assert!(Arc::ptr_eq(&self.lanes, lanes), "a lease stays with its plugin");
        let at = self.at.take().expect("a lease that was handed on is gone");
        Lease::begin(lanes, at)
    }
}

impl<L: Borrow<Arc<Lanes>>> Deref for Lease<L> {
    type Target = Inner;

    #[inline]
    fn deref(&self) -> &Inner {
        // SAFETY: the lane was marked for this lease, and the lease unmarks it when the lease is dropped. There is no
        // other reference.
        unsafe { &*self.lanes().lanes[self.place()].inner.marked() }
    }
}

impl<L: Borrow<Arc<Lanes>>> DerefMut for Lease<L> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Inner {
        // SAFETY: as in `deref`, and `self` is borrowed mutably.
        unsafe { &mut *self.lanes().lanes[self.place()].inner.marked() }
    }
}

impl<L: Borrow<Arc<Lanes>>> Drop for Lease<L> {
    #[inline]
    fn drop(&mut self) {
        let Some(at) = self.at else { return };
        let lanes = self.lanes();
        let lane = &lanes.lanes[at];
        lane.holder.store(0, Ordering::Relaxed);
        // SAFETY: the lane was marked for this lease, and nobody borrows the lease any more.
        unsafe { lane.inner.unmark() };
        // `Line::waiting` says why this fence is here.
        fence(Ordering::SeqCst);
        if lanes.waiting() > 0 {
            lanes.serve_line();
        }
    }
}
