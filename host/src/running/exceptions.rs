//! The exceptions that a plugin has thrown. They are freed as soon as nothing can refer to them, and limited till then.
//!
//! The engine keeps each exception until the end of its store, with a native backtrace (wasmer-vm 7.4.2, `exception.rs`
//! and `store.rs`). Between two calls no frame of the store is on a stack, and a module in which a global or a table
//! could hold an exception is refused. So nothing refers to one then. While a call runs, the rewritten module tells before
//! each `throw` whether a frame may hold one (`plugix_module::stoppable`).

use crate::error::{Error, StopReason};
use crate::events::{Event, LimitKind};
use crate::stop::Stopper;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use wasmer::sys::vm::{StoreObject as _, StoreObjects, VMExceptionObj};
use wasmer::{AsStoreMut, Store};
use wasmer_types::RawValue;

/// Exceptions for which there is still room afterwards.
const KEPT: usize = 64;

/// What an exception takes besides its parts, roughly: what the allocator adds to each, and room in the list.
const OVERHEAD: u64 = 128;

/// How much memory the exceptions of all threads of a plugin take, in bytes.
#[derive(Debug)]
pub(super) struct Exceptions {
    /// In each store, all but the last one are counted.
    used: AtomicU64,
    limit: u64,
    stopper: Weak<Stopper>,
}

/// The exceptions of one store, as code that runs in it reaches them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OfStore(NonNull<StoreObjects>);

// SAFETY: the pointer is used by `tell` only, whose caller runs the store.
unsafe impl Send for OfStore {}
// SAFETY: as above.
unsafe impl Sync for OfStore {}

impl OfStore {
    pub(super) fn new(store: &mut impl AsStoreMut) -> Self {
        Self::of(store.objects_mut().as_sys_mut())
    }

    pub(super) fn of(objects: &mut StoreObjects) -> Self {
        Self(NonNull::from(objects))
    }
}

impl Exceptions {
    pub(super) fn new(limit: u64, stopper: &Arc<Stopper>) -> Self {
        Self { used: AtomicU64::new(0), limit, stopper: Arc::downgrade(stopper) }
    }

    /// How many bytes they take, roughly.
    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Frees all exceptions of a store. To be called when none of its functions runs.
    #[inline]
    pub(super) fn free(&self, store: &mut Store) {
        let exceptions = VMExceptionObj::list_mut(store.objects_mut().as_sys_mut());
        if !exceptions.is_empty() {
            self.clear(exceptions);
        }
    }

    /// Code of a store is about to throw. `held` says whether one of its frames may hold an exception.
    ///
    /// # Safety
    /// The store is alive, and the calling thread runs it.
    pub(super) unsafe fn tell(&self, store: OfStore, held: bool) {
        let mut objects = store.0;
        // SAFETY: the caller's promise. The engine keeps no reference to the list while it runs a function of the host's.
        let exceptions = VMExceptionObj::list_mut(unsafe { objects.as_mut() });
        let Some(last) = exceptions.last() else { return };
        if !held {
            return self.clear(exceptions);
        }
        let last = size(last);
        if self.used.fetch_add(last, Ordering::Relaxed) + last > self.limit {
            self.stop();
        }
    }

    #[cold]
    fn clear(&self, exceptions: &mut Vec<VMExceptionObj>) {
        let counted = exceptions.split_last().map_or(0, |(_, counted)| counted.iter().map(size).sum());
        self.used.fetch_sub(counted, Ordering::Relaxed);
        exceptions.clear();
        exceptions.shrink_to(KEPT);
    }

    #[cold]
    fn stop(&self) {
        let Some(stopper) = self.stopper.upgrade().filter(|stopper| stopper.cause().is_none()) else { return };
        stopper.report(Event::LimitReached { limit: LimitKind::Exceptions, allowed: self.limit });
        stopper.stop(Error::Stopped(StopReason::Exceptions { limit: self.limit }));
    }
}

/// How many bytes of the host's memory an exception takes, roughly.
fn size(exception: &VMExceptionObj) -> u64 {
    let payload = exception.payload().len() * size_of::<RawValue>();
    let backtrace = size_of_val(exception.backtrace().frames());
    (size_of::<VMExceptionObj>() + payload + backtrace) as u64 + OVERHEAD
}
