//! Keeps what a host function could not hand over at once, until its caller takes it.

use super::frame;
use crate::running::imports::wait::PluginStopped;
use crate::running::stopped;
use crate::stop::Halt;
use crate::sync::lock::lock;
use crate::sync::panic_text::panic_text;
use plugix_abi::{PanicReport, Status};
use std::any::Any;
use std::sync::{Arc, Mutex};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, StoreMut};

/// The last result in one store that had no room. One guest thread has the store to itself, so nobody else can take the
/// result.
#[derive(Clone, Debug, Default)]
pub(super) struct Results(Arc<Mutex<Vec<u8>>>);

impl Results {
    /// Keeps a result in place of the one before. Returns the result's length.
    pub(super) fn keep(&self, bytes: Vec<u8>) -> u32 {
        let len = u32::try_from(bytes.len()).expect("a result that doesn't fit the guest's memory was refused before");
        *lock(&self.0) = bytes;
        len
    }

    /// Makes the function with which the guest takes the result.
    pub(super) fn take_function(
        &self,
        store: &mut StoreMut<'_>,
        memory: &FunctionEnv<frame::Memory>,
        halt: &Halt,
    ) -> Function {
        let (results, halt) = (self.clone(), halt.clone());
        Function::new_typed_with_env(
            store,
            memory,
            move |mut env: FunctionEnvMut<'_, frame::Memory>, ptr: u32, capacity: u32| {
                stopped::check(halt.is_stopped())?;
                let mut kept = lock(&results.0);
                if kept.is_empty() || kept.len() > capacity as usize {
                    return Ok(0);
                }
                let bytes = std::mem::take(&mut *kept);
                drop(kept);
                let (memory, store) = env.data_and_store_mut();
                Ok::<u32, RuntimeError>(match memory.guest.write(&store, "a result", ptr, &bytes) {
                    Ok(()) => bytes.len() as u32,
                    Err(_) => 0,
                })
            },
        )
    }
}

/// What a host function returns to the guest: how it ended, and a value or a length.
#[inline]
pub(super) fn pack(status: Status, rest: u32) -> u64 {
    u64::from(status as u32) << 32 | u64::from(rest)
}

/// Reports a panic of a host function, and makes the answer that tells the guest of the panic.
#[cold]
pub(super) fn panicked(plugin: &str, function: &str, panic: Box<dyn Any + Send>) -> Vec<u8> {
    let message = panic_text(&*panic).to_owned();
    if !panic.is::<PluginStopped>() {
        tracing::error!(plugin, function, message, "a host function panicked");
    }
    let report = PanicReport { message, file: String::new(), line: 0, column: 0, thread: None };
    // Text and numbers can always be encoded.
    postcard::to_allocvec(&report).unwrap_or_default()
}
