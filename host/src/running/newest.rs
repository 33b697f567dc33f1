//! The last instance that was made on a thread, and the environment of its system calls.
//!
//! wasmer-wasix makes the instance of a guest thread. It shows the instance to the hooks of the plugin's runtime only.

use super::memory::GuestMemory;
use super::system_calls::Context;
use std::cell::RefCell;
use wasmer::{FunctionEnv, Instance, StoreMut};

/// An instance that was made.
pub(super) struct Newest {
    pub(super) instance: Instance,
    /// None as long as the calls come from wasmer-wasix.
    pub(super) calls: Option<FunctionEnv<Context>>,
}

thread_local! {
    static CALLS: RefCell<Option<FunctionEnv<Context>>> = const { RefCell::new(None) };
    static NEWEST: RefCell<Option<Newest>> = const { RefCell::new(None) };
}

/// Says which system calls the instance has that is made next on the calling thread.
pub(super) fn prepare(calls: FunctionEnv<Context>) {
    CALLS.set(Some(calls));
}

/// Keeps an instance for the code that had it made on the calling thread.
pub(super) fn keep(store: &mut StoreMut<'_>, instance: &Instance) {
    let calls = CALLS.take();
    if let Some(calls) = &calls {
        let exported = instance.exports.get_memory("memory").ok().cloned();
        let memory = exported.map(|memory| GuestMemory::new(memory, store));
        calls.as_mut(store).link(instance.clone(), memory);
    }
    NEWEST.set(Some(Newest { instance: instance.clone(), calls }));
}

/// Takes the last instance that was made on the calling thread.
pub(super) fn take() -> Option<Newest> {
    NEWEST.take()
}
