//! Frees the exceptions of a store.
//!
//! The engine keeps each exception that a module throws until the end of the store, with a native backtrace (wasmer-vm
//! 7.4.2, `exception.rs` and `store.rs`). Between two calls no frame of the store is on a stack, and a module in which a
//! global or a table could hold an exception is refused. So nothing refers to one then.

use wasmer::sys::vm::{StoreObject as _, VMExceptionObj};
use wasmer::{AsStoreMut as _, Store};

/// Exceptions for which there is still room afterwards.
const KEPT: usize = 64;

/// Frees all exceptions of a store. To be called when none of its functions runs.
#[inline]
pub(super) fn free(store: &mut Store) {
    let exceptions = VMExceptionObj::list_mut(store.objects_mut().as_sys_mut());
    if !exceptions.is_empty() {
        clear(exceptions);
    }
}

#[cold]
fn clear(exceptions: &mut Vec<VMExceptionObj>) {
    exceptions.clear();
    exceptions.shrink_to(KEPT);
}
