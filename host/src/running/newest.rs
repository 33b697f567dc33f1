//! The last instance that was made on a thread.
//!
//! wasmer-wasix makes the instance of a guest thread. It shows the instance to the hook of the plugin's runtime only.

use std::cell::RefCell;
use wasmer::Instance;

thread_local! {
    static NEWEST: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// Keeps an instance for the code that had it made on the calling thread.
pub(super) fn keep(instance: &Instance) {
    NEWEST.set(Some(instance.clone()));
}

/// Takes the last instance that was made on the calling thread.
pub(super) fn take() -> Option<Instance> {
    NEWEST.take()
}
