//! A running module on one of its threads.

mod start;

pub(crate) use start::{Code, Start, not_started};

use super::imports::Panics;
use super::memory::GuestMemory;
use super::quota::Quota;
use super::resources::Resources;
use super::tasks::{Tasks, Worker, WorkerThread};
use crate::error::{Error, MethodRef, Site};
use crate::events::Events;
use crate::output::Streams;
use crate::stop::{Calls, Deadline, Stopper};
use plugix_system::System;
use std::sync::Arc;
use std::time::Duration;
use wasmer::{RuntimeError, Store, TypedFunction, WasmTypeList};
use wasmer_wasix::WasiError;

/// How long the threads of an unloaded plugin get to end.
const UNLOAD_BUDGET: Duration = Duration::from_secs(1);

/// What all threads of a running module share. Dropping it ends the threads that run by themselves.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) resources: Arc<Resources>,
    pub(crate) stopper: Arc<Stopper>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) output: Streams,
    /// What its system calls work on.
    pub(super) system: Arc<System>,
    pub(super) events: Events,
    pub(super) quota: Quota,
    pub(super) panics: Panics,
    pub(crate) start_deadline: Option<Duration>,
    call_deadline: Option<Duration>,
}

/// A running module on one of its threads: on the main thread, or on a worker (see `running::tasks::worker`).
#[derive(Debug)]
pub(crate) struct Instance {
    // This field comes first: the threads end before the main thread's store goes.
    pub(crate) process: Arc<Process>,
    pub(crate) store: Store,
    pub(crate) memory: GuestMemory,
    pub(crate) calls: Arc<Calls>,
    instance: wasmer::Instance,
    /// The deadline of the start, and after the start the deadline of each call.
    deadline: Option<Deadline>,
    worker: Option<WorkerThread>,
}

// SAFETY: a store lacks `Send` for two reasons. It holds raw pointers; all of them point to what the store itself owns.
// It has a slot for a closure (`on_called`); only asyncify fills the slot, and only during a call. The engine keeps a
// store in a thread-local only while a call runs (wasmer 7.4.2, `entities/store/context.rs`). A call borrows the
// instance, so no call runs while the instance moves. Every handle into the store lies in this struct, or in the struct
// that owns this one.
unsafe impl Send for Instance {}

impl Instance {
    /// The instance of a worker, ready for calls.
    ///
    /// # Errors
    /// [`Error::NotShareable`] if the worker has no memory.
    pub(crate) fn of_worker(process: &Arc<Process>, worker: Worker) -> Result<Self, Error> {
        let Worker { store, instance, memory, thread } = worker;
        let memory = memory.ok_or_else(|| Error::NotShareable { problem: "a thread of it has no memory".into() })?;
        let memory = GuestMemory::new(memory, &store);
        let (process, calls) = (process.clone(), Calls::new(&process.stopper));
        let mut this = Self { process, store, memory, calls, instance, deadline: None, worker: Some(thread) };
        this.started();
        Ok(this)
    }

    /// The exported function of this name and type.
    pub(crate) fn function<A: WasmTypeList, R: WasmTypeList>(&self, name: &str) -> Option<TypedFunction<A, R>> {
        self.instance.exports.get_typed_function(&self.store, name).ok()
    }

    /// Whether there is an export of this name.
    pub(crate) fn has_export(&self, name: &str) -> bool {
        self.instance.exports.contains(name)
    }

    /// An immutable exported `i32`.
    pub(crate) fn constant(&mut self, name: &str) -> Option<u32> {
        let global = self.instance.exports.get_global(name).ok()?.clone();
        global.get(&mut self.store).i32().map(|value| value as u32)
    }

    /// Marks the end of a call. Fails when the host has stopped the plugin meanwhile.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.process.quota.exceptions().free(&mut self.store);
        self.calls.finish()
    }

    /// Called when the start is over. The deadline of the start ends, and the deadline of each call begins.
    pub(crate) fn started(&mut self) {
        let watchdog = self.process.resources.watchdog();
        self.deadline = self.process.call_deadline.map(|limit| watchdog.limit_each_call(self.calls.clone(), limit));
    }

    /// What it means that a wasm function ended without returning. The plugin ends in any case.
    pub(crate) fn end(&mut self, error: &RuntimeError) -> Error {
        self.end_at(error, Site::new(&self.process.name))
    }

    /// The same, for a function that was called for the method `name`.
    #[cold]
    pub(crate) fn end_in(&mut self, error: &RuntimeError, name: &MethodRef<'_>) -> Error {
        self.end_at(error, Site::new(&self.process.name).with_method(name))
    }

    fn end_at(&mut self, error: &RuntimeError, site: Site) -> Error {
        self.calls.fail();
        let thread = self.worker.as_ref().map(WorkerThread::id);
        self.process.tasks.record(thread, error, &mut self.store);
        match self.process.stopper.cause() {
            // What ended the plugin ended this call as well, and shows here as a trap or as an exit.
            Some(Error::Stopped(reason)) => self.calls.stopped(*reason),
            Some(cause) => Error::Dead(Box::new(cause.clone())),
            None => {
                let cause = match error.downcast_ref::<WasiError>() {
                    Some(WasiError::Exit(code)) => Error::from_exit(*code),
                    _ => Error::from_engine(error, site, self.process.stopper.symbols()),
                };
                self.kill(cause.clone());
                cause
            }
        }
    }

    /// Ends the plugin. Nothing of it runs from now on.
    pub(crate) fn kill(&self, cause: Error) {
        self.calls.fail();
        self.process.stopper.stop(cause);
    }
}

impl Process {
    /// What its system calls work on.
    pub(crate) fn system(&self) -> &Arc<System> {
        &self.system
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end_threads(&self.name, &self.resources, &self.tasks);
        self.system.close_all();
        self.output.finish();
    }
}

/// Ends the threads of a plugin that is being unloaded. Threads that don't end in time are left alone.
fn end_threads(plugin: &str, resources: &Resources, tasks: &Arc<Tasks>) {
    let stopper = tasks.stopper();
    stopper.unload();
    let left = tasks.close(UNLOAD_BUDGET, || stopper.kill());
    tasks.examine();
    if left > 0 {
        tracing::warn!(target: "plugix::stop", plugin, threads = left, "threads of an unloaded plugin did not end");
        resources.quarantine(tasks);
    }
    stopper.detach();
}
