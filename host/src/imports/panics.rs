//! Looks at a plugin's stack while it panics.

use crate::{Frame, Trap};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use wasmer::{Function, RuntimeError, StoreMut};

/// The stack of a plugin's last panic, and the host's thread that it was on. Looked at only if the host wants it: it
/// takes longer than the panic itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panics {
    wanted: bool,
    last: Arc<Mutex<Option<(ThreadId, Vec<Frame>)>>>,
}

impl Panics {
    pub(crate) fn want(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// Takes the stack of the last panic, if it was on the calling thread.
    pub(crate) fn take(&self) -> Vec<Frame> {
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match last.take_if(|(thread, _)| *thread == std::thread::current().id()) {
            Some((_, frames)) => frames,
            None => Vec::new(),
        }
    }

    /// Makes the function with which the plugin says that it panics.
    pub(super) fn function(&self, store: &mut StoreMut<'_>) -> Function {
        let Self { wanted, last } = self.clone();
        Function::new_typed(store, move || {
            if wanted {
                // An error of the engine's knows the wasm functions that it was made below.
                let frames = Trap::of(&RuntimeError::new("panic"), None).frames;
                let mut last = last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *last = Some((std::thread::current().id(), frames));
            }
        })
    }
}
