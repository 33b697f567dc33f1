//! The trace of the caller, on its way into the plugin's own spans.

use plugix_host::plugin::Services;
use std::cell::RefCell;

thread_local! {
    /// The trace of the call that runs on this thread. Services ask by thread, and not by call.
    static TRACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Services by which a plugin's spans belong to its caller's trace: for pools of an application's own.
pub fn services() -> Services {
    Services::new().trace_parent(|| TRACE.with_borrow(Clone::clone))
}

/// A call runs on this thread, until the returned guard goes.
pub(super) fn enter(trace: Option<String>) -> impl Drop {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            TRACE.take();
        }
    }
    TRACE.set(trace);
    Guard
}
