//! Compiles on a thread of its own, so that no caller waits for longer than it wants to.

use crate::error::LoadError;
use crate::sync::lock::{lock, wait};
use crate::sync::panic_text::panic_text;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The stack of the thread, in bytes. The compiler's own threads do most of the work.
const STACK_SIZE: usize = 8 << 20;

/// The compiled form of one module, once there is one. All clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compilation(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Running,
    Done(wasmer::Module),
    /// One of the waiting callers gets the error. The next caller tries again.
    Failed(LoadError),
}

impl Compilation {
    /// A module that was compiled before.
    pub(crate) fn done(module: wasmer::Module) -> Self {
        Self(Arc::new(Shared { state: Mutex::new(State::Done(module)), changed: Condvar::new() }))
    }

    /// Returns the compiled module, at once if there is one. Otherwise `compile` makes it on a thread of its own.
    /// Callers who ask at the same time wait for the same thread, each until its `limit`.
    pub(crate) fn get(
        &self,
        limit: Duration,
        compile: impl FnOnce() -> Result<wasmer::Module, LoadError> + Send + 'static,
    ) -> Result<wasmer::Module, LoadError> {
        let mut state = lock(&self.0.state);
        let mut thread = None;
        if matches!(*state, State::Idle) {
            thread = Some(self.start(compile)?);
            *state = State::Running;
        }
        let deadline = Instant::now() + limit;
        let outcome = loop {
            match std::mem::take(&mut *state) {
                State::Done(module) => {
                    *state = State::Done(module.clone());
                    break Ok(module);
                }
                State::Failed(error) => {
                    // The other waiting callers then find `Idle`, and say only that it failed.
                    self.0.changed.notify_all();
                    break Err(error);
                }
                State::Idle => return Err(LoadError::Compiler("it failed for another caller".into())),
                State::Running => *state = State::Running,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LoadError::CompileTime { limit });
            }
            state = wait(&self.0.changed, state, left);
        };
        drop(state);
        if let Some(thread) = thread {
            // The thread has told its outcome, and ends. Its panics were caught.
            let _ = thread.join();
        }
        outcome
    }

    fn start(
        &self,
        compile: impl FnOnce() -> Result<wasmer::Module, LoadError> + Send + 'static,
    ) -> Result<JoinHandle<()>, LoadError> {
        let own = self.clone();
        let body = move || {
            let outcome = catch_unwind(AssertUnwindSafe(compile))
                .unwrap_or_else(|panic| Err(LoadError::Compiler(panic_text(&*panic).to_owned())));
            *lock(&own.0.state) = outcome.map_or_else(State::Failed, State::Done);
            own.0.changed.notify_all();
        };
        thread::Builder::new()
            .name("plugix-compile".into())
            .stack_size(STACK_SIZE)
            .spawn(body)
            .map_err(|source| LoadError::Io { what: "start the compiler's thread".into(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    fn module() -> wasmer::Module {
        let engine: wasmer::Engine = wasmer::sys::EngineBuilder::new(wasmer::sys::Cranelift::new()).engine().into();
        wasmer::Module::new(&engine, b"\0asm\x01\0\0\0").unwrap()
    }

    #[test]
    fn a_module_is_compiled_once() {
        let compilation = Compilation::default();
        compilation.get(LIMIT, || Ok(module())).unwrap();
        compilation.get(LIMIT, || panic!("compiled again")).unwrap();
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_caller_tries_again() {
        let compilation = Compilation::default();
        let failed = compilation.get(LIMIT, || panic!("by the compiler")).unwrap_err();
        assert!(matches!(failed, LoadError::Compiler(message) if message == "by the compiler"));
        compilation.get(LIMIT, || Ok(module())).unwrap();
    }

    #[test]
    fn nobody_waits_longer_than_wanted_and_late_modules_are_of_use() {
        let compilation = Compilation::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let late = move || {
            let _ = wait.recv();
            Ok(module())
        };
        let failed = compilation.get(Duration::from_millis(10), late).unwrap_err();
        assert!(matches!(failed, LoadError::CompileTime { .. }));
        let failed = compilation.get(Duration::from_millis(10), || panic!("compiled twice at once")).unwrap_err();
        assert!(matches!(failed, LoadError::CompileTime { .. }));
        drop(go);
        compilation.get(LIMIT, || panic!("compiled again")).unwrap();
    }
}
