//! Panics of the engine's.

use crate::sync::panic_text::panic_text;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmer::{RuntimeError, Store};

/// Runs wasm code. wasmer-wasix panics on some of what a guest can ask for, and a panic goes through wasm code to
/// whoever called it. Here it becomes a trap: it ends the plugin, and not its host.
#[inline]
pub(crate) fn contain<R>(call: impl FnOnce() -> Result<R, RuntimeError>) -> Result<R, RuntimeError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(trap(&*panic)))
}

/// Runs a function of the instance's that may not be there.
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
