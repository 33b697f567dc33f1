//! A guest thread in whose place the host calls.
//!
//! The SDK starts such a thread like any other. The thread then calls the host function `serve`. That function ends the
//! operating system thread, and leaves everything else of the guest thread as it was: its store and instance, its stack
//! in the guest's memory, its thread-local values.
//!
//! From then on any thread of the host can call the plugin with these, one thread at a time. The guest sees one thread
//! that runs one call after the other. So such a call costs no more than a call into the main thread, and no other
//! thread has to wake up for it.

use super::Tasks;
use super::guest_thread::Spare;
use crate::running::system_calls::Callers;
use std::fmt;
use std::sync::Arc;
use wasmer::{Instance, Memory, Store};
use wasmer_wasix::WasiThread;
use wasmer_wasix::runtime::task_manager::TaskWasmRun;
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// A guest thread that has offered itself for calls.
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) instance: Instance,
    /// The plugin's memory, as this thread's store knows it.
    pub(crate) memory: Option<Memory>,
    pub(crate) thread: WorkerThread,
}

// SAFETY: as for `crate::running::instance::Instance`. Every handle into the store is in here.
unsafe impl Send for Worker {}

impl Worker {
    pub(super) fn new(
        spare: Spare,
        thread: WasiThread,
        registration: Box<TaskWasmRun>,
        tasks: &Arc<Tasks>,
        callers: Option<Arc<Callers>>,
    ) -> Self {
        let Spare { store, env, instance, .. } = spare;
        let memory = env.data(&store).try_memory().map(|memory| (*memory).clone());
        let thread = WorkerThread { thread, registration: Some(registration), tasks: tasks.clone(), callers };
        Self { store, instance, memory, thread }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// Keeps the guest thread alive in its plugin's books. Dropping this ends the thread without running any of the
/// thread's code.
pub(crate) struct WorkerThread {
    thread: WasiThread,
    /// Keeps the thread registered with its process (see `GuestThread`).
    registration: Option<Box<TaskWasmRun>>,
    tasks: Arc<Tasks>,
    callers: Option<Arc<Callers>>,
}

impl WorkerThread {
    /// The guest's id of the thread.
    pub(crate) fn id(&self) -> u32 {
        self.thread.tid().raw()
    }
}

impl Drop for WorkerThread {
    fn drop(&mut self) {
        self.thread.set_status_finished(Ok(Errno::Success.into()));
        self.registration.take();
        self.callers.iter().for_each(|callers| callers.end(self.id()));
        self.tasks.retire(self.id());
    }
}

impl fmt::Debug for WorkerThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WorkerThread").field(&self.thread.tid().raw()).finish()
    }
}
