//! Looks at a plugin's stack while the plugin panics.

use crate::error::{StackFrame, Symbols, stack_frames};
use crate::running::stopped;
use crate::stop::Halt;
use crate::sync::lock::lock;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use wasmer::{Function, RuntimeError, StoreMut};

/// How many panics keep their stack. If nobody asks for a stack, it becomes the oldest and goes.
const MOST: usize = 64;

type Stacks = VecDeque<(ThreadId, Vec<StackFrame>)>;

/// The stacks of a plugin's last panics, each with the host's thread that it was on. The host looks at a stack only if
/// somebody wants it, because that takes longer than the panic itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panics {
    wanted: bool,
    symbols: Symbols,
    last: Arc<Mutex<Stacks>>,
    count: Arc<AtomicU64>,
}

impl Panics {
    /// Keeps the stacks of panics, and finds their lines.
    pub(crate) fn want(&mut self, symbols: Symbols) {
        (self.wanted, self.symbols) = (true, symbols);
    }

    /// How many panics there were, on all threads of the plugin.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Takes the stack of the last panic on the calling thread. Empty if there was none.
    pub(crate) fn take(&self) -> Vec<StackFrame> {
        let mut last = lock(&self.last);
        let here = std::thread::current().id();
        let at = last.iter().position(|(thread, _)| *thread == here);
        let frames = at.and_then(|at| last.remove(at)).map(|(_, frames)| frames).unwrap_or_default();
        drop(last);
        self.symbols.resolve(frames)
    }

    /// Makes the function with which the plugin says that it panics.
    pub(super) fn function(&self, store: &mut StoreMut<'_>, halt: &Halt) -> Function {
        let (Self { wanted, last, count, .. }, halt) = (self.clone(), halt.clone());
        Function::new_typed(store, move || {
            stopped::check(halt.is_stopped())?;
            count.fetch_add(1, Ordering::Relaxed);
            if wanted {
                // The engine's error knows the wasm functions below which it was made.
                let frames = stack_frames(&RuntimeError::new("panic"));
                let mut last = lock(&last);
                let here = std::thread::current().id();
                last.retain(|(thread, _)| *thread != here);
                if last.len() == MOST {
                    last.pop_front();
                }
                last.push_back((here, frames));
            }
            Ok::<(), RuntimeError>(())
        })
    }
}
