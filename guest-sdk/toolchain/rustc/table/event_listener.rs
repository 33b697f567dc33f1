//! What the crate has of `parking`, which cargo leaves out for WebAssembly.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A thread that waits.
#[derive(Debug)]
pub(crate) struct Parker(Unparker);

/// Whoever wakes it. Nobody panics while the lock is held.
#[derive(Clone, Debug)]
pub(crate) struct Unparker(Arc<(Mutex<bool>, Condvar)>);

pub(crate) fn pair() -> (Parker, Unparker) {
    let parker = Parker::new();
    let unparker = parker.unparker();
    (parker, unparker)
}

impl Parker {
    pub(crate) fn new() -> Self {
        Parker(Unparker(Arc::default()))
    }

    pub(crate) fn unparker(&self) -> Unparker {
        self.0.clone()
    }

    pub(crate) fn park(&self) {
        let (is_awake, woken) = &*self.0.0;
        let lock = is_awake.lock().unwrap_or_else(PoisonError::into_inner);
        *woken.wait_while(lock, |is_awake| !*is_awake).unwrap_or_else(PoisonError::into_inner) = false;
    }

    pub(crate) fn park_deadline(&self, deadline: Instant) -> bool {
        let (is_awake, woken) = &*self.0.0;
        let lock = is_awake.lock().unwrap_or_else(PoisonError::into_inner);
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = woken.wait_timeout_while(lock, left, |is_awake| !*is_awake);
        std::mem::take(&mut *waited.unwrap_or_else(PoisonError::into_inner).0)
    }
}

impl Unparker {
    pub(crate) fn unpark(&self) -> bool {
        let (is_awake, woken) = &*self.0;
        let was_awake = std::mem::replace(&mut *is_awake.lock().unwrap_or_else(PoisonError::into_inner), true);
        woken.notify_one();
        !was_awake
    }
}
