//! The instance that was made last on a thread.
//!
//! wasmer-wasix makes the instance of a guest thread, and shows it only to the hook of the plugin's runtime.

use std::cell::RefCell;
use wasmer::Instance;

thread_local! {
    static NEWEST: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// Keeps an instance for whoever had it made on the calling thread.
pub(super) fn keep(instance: &Instance) {
    NEWEST.set(Some(instance.clone()));
}

/// Takes the instance that was made last on the calling thread.
pub(super) fn take() -> Option<Instance> {
    NEWEST.take()
}
