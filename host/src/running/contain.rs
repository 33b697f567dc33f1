//! Panics of the engine become traps.

use crate::sync::panic_text::panic_text;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmer::{RuntimeError, Store};

/// Runs wasm code. wasmer-wasix panics on some requests of a guest, and such a panic unwinds through wasm code to the
/// caller. Here the panic becomes a trap: it ends the plugin, and not the plugin's host.
#[inline]
pub(crate) fn contain<R>(call: impl FnOnce() -> Result<R, RuntimeError>) -> Result<R, RuntimeError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(trap(&*panic)))
}

/// Runs a function that the instance may not have.
pub(super) fn run(instance: &wasmer::Instance, store: &mut Store, name: &str) -> Result<(), RuntimeError> {
    match instance.exports.get_typed_function::<(), ()>(store, name) {
        Ok(function) => contain(|| function.call(store)),
        Err(_) => Ok(()),
    }
}

#[cold]
fn trap(panic: &(dyn Any + Send)) -> RuntimeError {
    RuntimeError::new(format!("the engine panicked: {}", panic_text(panic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_trap() {
        let error = contain::<()>(|| panic!("no inode {}", 7)).expect_err("it panics");
        assert_eq!(error.message(), "the engine panicked: no inode 7");
        assert_eq!(contain(|| Ok(1)).ok(), Some(1));
    }
}
