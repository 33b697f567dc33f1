//! One guest thread, from its instance to its end.

use super::{Tasks, Worker};
use crate::error::{Error, Site, ThreadOffer};
use crate::events::attribute;
use crate::profile;
use crate::running::contain::run;
use crate::running::newest::{self, Newest};
use crate::running::system_calls::{Callers, Context};
use plugix_module::START;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{FunctionEnv, Instance, Module, RuntimeError, SharedMemory, Store};
use wasmer_wasix::runtime::SpawnType;
use wasmer_wasix::runtime::task_manager::{SpawnMemoryTypeOrStore, TaskWasm, TaskWasmRun};
use wasmer_wasix::wasmer_wasix_types::wasi::{Errno, ExitCode};
use wasmer_wasix::wasmer_wasix_types::wasix::ThreadStartType;
use wasmer_wasix::{
    StoreSnapshot, WasiEnv, WasiError, WasiFunctionEnv, WasiThreadError, capture_store_snapshot, restore_store_snapshot,
};

/// The code with which wasmer-wasix exits a process when one of its threads has trapped.
const TRAPPED: i32 = 129;

/// A thread that a guest has asked for, and that has not run yet.
pub(super) struct GuestThread {
    module: Module,
    memory: SharedMemory,
    env: WasiEnv,
    start: i32,
    /// This is never called: it would print traps and drop the store. It owns the handle that keeps the thread
    /// registered with its process. So it is dropped when the thread is over.
    registration: Box<TaskWasmRun>,
}

/// The store and the instance of a thread that ended well. Another thread can use them.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) store: Store,
    pub(super) env: WasiFunctionEnv,
    pub(super) instance: Instance,
    calls: Option<FunctionEnv<Context>>,
    /// The mutable globals as they were before the first thread ran.
    globals: StoreSnapshot,
}

/// How the operating system thread of a guest thread ended.
pub(super) enum Ended {
    /// The guest thread is over, and nothing of it is left.
    Nothing,
    /// The guest thread is over, and left something that another thread can use.
    Well(Spare),
    /// The guest thread has offered itself for calls.
    Offering(Worker),
}

// SAFETY: as for `crate::running::instance::Instance`. No call runs in a spare store, and all handles into it are in
// here.
unsafe impl Send for Spare {}

impl GuestThread {
    /// Accepts only threads that share the plugin's memory. Plugins get no processes and no deep sleep.
    pub(super) fn new(task: TaskWasm) -> Result<Self, WasiThreadError> {
        let TaskWasm { callbacks, env, module, spawn_type, .. } = task;
        let (SpawnType::AttachMemory(memory), None) = (spawn_type, callbacks.trigger) else {
            return Err(WasiThreadError::Unsupported);
        };
        let ThreadStartType::ThreadSpawn { start_ptr } = env.thread.thread_start_type() else {
            return Err(WasiThreadError::Unsupported);
        };
        // A 32-bit address, in the type in which wasm passes addresses.
        Ok(Self { module, memory, env, start: start_ptr as u32 as i32, registration: callbacks.run })
    }

    pub(super) fn tid(&self) -> u32 {
        self.env.thread.tid().raw()
    }

    /// Runs the thread to its end. `ready` is told once whether the thread could begin.
    pub(super) fn run(self, tasks: &Arc<Tasks>, ready: impl FnOnce(Result<(), WasiThreadError>)) -> Ended {
        let _io = tasks.io.enter();
        let Self { module, memory, env, start, registration } = self;
        let tid = env.thread.tid().raw();
        let thread = env.thread.clone();
        let prepared = match tasks.take_spare() {
            // An instance takes a while, and this thread will never run.
            _ if tasks.stopper.cause().is_some() => Err(WasiThreadError::Unsupported),
            Some(spare) => Ok(spare.reuse(env)),
            None => Spare::new(tasks, tid, module, memory, env),
        };
        let mut spare = match prepared {
            Ok(spare) => spare,
            Err(error) => {
                drop(registration);
                ready(Err(error));
                return Ended::Nothing;
            }
        };
        let callers = spare.begin(tid);
        let _profiled = profile::threads::Running::begin(tasks.owner(), tid);
        ready(Ok(()));

        let outcome = catch_unwind(AssertUnwindSafe(|| spare.call(tid, start)));
        let exit = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) if error.downcast_ref::<ThreadOffer>().is_some() && tasks.admit_worker() => {
                return Ended::Offering(Worker::new(spare, thread, registration, tasks, callers));
            }
            Ok(Err(error)) => ended_by(&error, tasks, tid, &mut spare.store),
            Err(_) => {
                tasks.stopper.stop(Error::from_host_panic(site(tasks, tid)));
                Some(ExitCode::from(TRAPPED))
            }
        };
        callers.inspect(|callers| callers.end(tid));
        spare.env.on_exit(&mut spare.store, exit);
        thread.set_status_finished(Ok(exit.unwrap_or(Errno::Success.into())));
        drop(registration);
        tasks.stores.free_exceptions(&mut spare.store);
        match exit {
            None => Ended::Well(spare),
            Some(_) => Ended::Nothing,
        }
    }
}

fn site(tasks: &Tasks, tid: u32) -> Site {
    Site::new(&tasks.plugin).with_thread(tid)
}

/// The exit code that an error of one thread means for the whole plugin. `None` if the error ended only the thread.
fn ended_by(error: &RuntimeError, tasks: &Tasks, tid: u32, store: &mut Store) -> Option<ExitCode> {
    match error.downcast_ref::<WasiError>() {
        Some(WasiError::ThreadExit) => None,
        Some(WasiError::Exit(code)) => {
            tasks.record(Some(tid), error, store);
            tasks.stopper.stop(Error::from_exit(*code));
            Some(*code)
        }
        _ => {
            tasks.record(Some(tid), error, store);
            tasks.stopper.stop_for(|| Error::from_engine(error, site(tasks, tid), tasks.stopper.symbols()));
            Some(ExitCode::from(TRAPPED))
        }
    }
}

impl Spare {
    fn new(
        tasks: &Tasks,
        tid: u32,
        module: Module,
        memory: SharedMemory,
        env: WasiEnv,
    ) -> Result<Self, WasiThreadError> {
        let mut store = tasks.stores.new_store();
        let memory = tasks.stores.attach(memory, &mut store);
        let memory = SpawnMemoryTypeOrStore::StoreAndMemory(store, memory);
        let make = || WasiFunctionEnv::new_with_store(module, env, None, memory, false, false, None);
        let (env, mut store) = match tasks.stores.events() {
            Some(events) => attribute(events, make)?,
            None => make()?,
        };
        let Newest { instance, calls } = newest::take().ok_or(WasiThreadError::InvalidWasmContext)?;
        if let Err(error) = run(&instance, &mut store, START) {
            ended_by(&error, tasks, tid, &mut store);
            return Err(WasiThreadError::InvalidWasmContext);
        }
        let globals = capture_store_snapshot(&mut store);
        Ok(Self { store, env, instance, calls, globals })
    }

    /// Turns this into the environment of another thread of the same plugin. Two threads differ in the thread itself,
    /// in where its stack lies, and in the globals of the instance.
    fn reuse(mut self, env: WasiEnv) -> Self {
        restore_store_snapshot(&mut self.store, &self.globals);
        let own = self.env.data_mut(&mut self.store);
        own.thread = env.thread;
        own.layout = env.layout;
        own.poll_seed = env.poll_seed;
        self
    }

    /// Names the thread to those that send it signals.
    fn begin(&mut self, tid: u32) -> Option<Arc<Callers>> {
        let context = self.calls.as_ref()?.as_mut(&mut self.store);
        context.renew();
        let callers = context.callers().clone();
        callers.begin(tid, context.thread().clone());
        Some(callers)
    }

    fn call(&mut self, tid: u32, start: i32) -> Result<(), RuntimeError> {
        let entry = self
            .instance
            .exports
            .get_typed_function::<(i32, i32), ()>(&self.store, "wasi_thread_start")
            .map_err(|error| RuntimeError::new(error.to_string()))?;
        entry.call(&mut self.store, tid as i32, start)
    }
}
