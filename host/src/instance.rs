//! A running module: its threads' stores and instances, what they have in common, and what ends them.

use crate::engine::Deadline;
use crate::error::MethodRef;
use crate::events::Events;
use crate::files::{file_system, make_root};
use crate::imports::HostFunctions;
use crate::memory::GuestMemory;
use crate::module::{INITIALIZE, START};
use crate::network::network;
use crate::output::Streams;
use crate::runtime::{
    Bounds, Calls, Control, PluginRuntime, Quota, Stopper, Tasks, Traces, Worker, WorkerThread, contain,
};
use crate::{Engine, Error, LoadError, Module, Policy, Site};
use std::sync::Arc;
use std::time::Duration;
use virtual_fs::NullFile;
use wasmer::{RuntimeError, Store, TypedFunction, WasmTypeList};
use wasmer_wasix::capabilities::Capabilities;
use wasmer_wasix::{WasiEnvBuilder, WasiError, WasiFunctionEnv, WasiRuntimeError, WasiThreadError};

/// How long an unloaded plugin's threads get to end.
const UNLOAD_BUDGET: Duration = Duration::from_secs(1);

/// What all threads of a running module have in common. Dropping it ends those that run by themselves.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) engine: Engine,
    pub(crate) stopper: Arc<Stopper>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) output: Streams,
    pub(crate) start_deadline: Option<Duration>,
    call_deadline: Option<Duration>,
}

/// A running module on one of its threads: the main one, or a worker (see `runtime::tasks::worker`).
#[derive(Debug)]
pub(crate) struct Instance {
    // First: threads end before the main one's store goes.
    pub(crate) process: Arc<Process>,
    pub(crate) store: Store,
    pub(crate) memory: GuestMemory,
    pub(crate) calls: Arc<Calls>,
    instance: wasmer::Instance,
    /// The deadline of the start, and then that of each call.
    deadline: Option<Deadline>,
    _worker: Option<WorkerThread>,
}

// SAFETY: a store lacks `Send` because it holds raw pointers, all of them to what it owns itself, and a slot for a
// closure (`on_called`), which only asyncify fills and only during a call. The engine keeps a store in a thread-local
// only while a call runs (wasmer 7.4.2, `entities/store/context.rs`), and a call borrows the instance, so that none
// runs while it moves. Every handle into the store lies in the same struct or in the one that owns it.
unsafe impl Send for Instance {}

impl Instance {
    /// Makes the main thread's instance and runs its initializer.
    pub(crate) fn new(
        name: &str,
        module: &Module,
        policy: &Policy,
        functions: HostFunctions,
        events: Events,
        stopper: Arc<Stopper>,
        traces: Option<Traces>,
    ) -> Result<Self, LoadError> {
        stopper.report_to(&events);
        let quota = Quota::new(policy, events.clone());
        quota.check(module)?;
        let compiled = module.compiled()?;
        let engine = module.engine();
        let wasmer = quota.engine(module.wasmer());
        let _io = engine.io().enter();
        let calls = Calls::new(&stopper);
        let deadline = policy.start_deadline.and_then(|limit| engine.watchdog().limit(&calls, limit));
        let tasks = Tasks::new(name, engine, wasmer.clone(), Some(quota.clone()), stopper.clone(), policy.threads);
        let tasks = Arc::new(tasks);
        let control = Control::new(&wasmer, quota).map_err(|error| LoadError::Engine(error.to_string()))?;
        let control = Arc::new(control);
        let network = network(policy, engine, &events, tasks.halt())?;
        let output = Streams::new(policy.output_limit, &policy.forward, &events);
        let runtime =
            PluginRuntime::new(name, module, wasmer.clone(), network, tasks.clone(), functions, control.clone());
        let runtime = runtime.bounded(Bounds::new(policy, &events)).traced(traces);
        let builder = environment(name, policy, &output, &events)?.runtime(Arc::new(runtime));

        let mut store = Store::new(wasmer);
        calls.begin().map_err(not_started)?;
        stopper.attach(control, &tasks);
        let started = instantiate(builder, compiled, &mut store, &stopper);
        let started = started.map_err(|error| start_error(*error, &stopper));
        let started = calls.finish().map_err(LoadError::Start).and(started).and_then(|(instance, env)| {
            let memory = env.data(&store).try_memory().map(|memory| GuestMemory::new(memory.clone(), &store));
            Ok((memory.ok_or(LoadError::NoMemory)?, instance))
        });
        let (memory, instance) = started.inspect_err(|_| end_threads(name, engine, &tasks))?;
        let process = Process {
            name: name.to_owned(),
            engine: engine.clone(),
            stopper,
            tasks,
            output,
            start_deadline: policy.start_deadline,
            call_deadline: policy.call_deadline,
        };
        Ok(Self { process: Arc::new(process), store, memory, calls, instance, deadline, _worker: None })
    }

    /// A worker's instance, ready for calls.
    ///
    /// # Errors
    /// [`Error::NotShareable`] if the worker has no memory.
    pub(crate) fn of_worker(process: &Arc<Process>, worker: Worker) -> Result<Self, Error> {
        let Worker { store, instance, memory, thread } = worker;
        let memory = memory.ok_or_else(|| Error::NotShareable { problem: "a thread of it has no memory".into() })?;
        let memory = GuestMemory::new(memory, &store);
        let (process, calls) = (process.clone(), Calls::new(&process.stopper));
        let mut this = Self { process, store, memory, calls, instance, deadline: None, _worker: Some(thread) };
        this.started();
        Ok(this)
    }

    /// The exported function of that name and type.
    pub(crate) fn function<A: WasmTypeList, R: WasmTypeList>(&self, name: &str) -> Option<TypedFunction<A, R>> {
        self.instance.exports.get_typed_function(&self.store, name).ok()
    }

    /// Whether there is an export of that name.
    pub(crate) fn has_export(&self, name: &str) -> bool {
        self.instance.exports.contains(name)
    }

    /// An immutable exported `i32`.
    pub(crate) fn constant(&mut self, name: &str) -> Option<u32> {
        let global = self.instance.exports.get_global(name).ok()?.clone();
        global.get(&mut self.store).i32().map(|value| value as u32)
    }

    /// The start is over: its deadline ends, and that of each call begins.
    pub(crate) fn started(&mut self) {
        let watchdog = self.process.engine.watchdog();
        self.deadline = self.process.call_deadline.map(|limit| watchdog.limit_each_call(&self.calls, limit));
    }

    /// What the end of a wasm function by anything but its return means. All of it ends the plugin.
    pub(crate) fn end(&self, error: &RuntimeError) -> Error {
        self.end_at(error, Site::new(&self.process.name))
    }

    /// The same for a function that was called for the method `name`.
    #[cold]
    pub(crate) fn end_in(&self, error: &RuntimeError, name: &MethodRef<'_>) -> Error {
        self.end_at(error, Site::new(&self.process.name).with_method(name))
    }

    fn end_at(&self, error: &RuntimeError, site: Site) -> Error {
        match self.process.stopper.cause() {
            // Whatever ended the plugin ended this call with it, and shows as a trap or as an exit.
            Some(Error::Stopped(reason)) => self.calls.stopped(*reason),
            Some(cause) => Error::Dead(Box::new(cause.clone())),
            None => {
                let cause = match error.downcast_ref::<WasiError>() {
                    Some(WasiError::Exit(code)) => Error::Exited { code: code.raw() },
                    _ => Error::from_engine(error, site),
                };
                self.kill(cause.clone());
                cause
            }
        }
    }

    /// Ends the plugin: nothing of it runs from now on.
    pub(crate) fn kill(&self, cause: Error) {
        self.process.stopper.stop(cause);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end_threads(&self.name, &self.engine, &self.tasks);
        self.output.finish();
    }
}

/// Ends the threads of a plugin that is being unloaded. Those that don't end in time are left alone.
fn end_threads(plugin: &str, engine: &Engine, tasks: &Arc<Tasks>) {
    let stopper = tasks.stopper();
    stopper.unload();
    let left = tasks.close(UNLOAD_BUDGET, || stopper.kill());
    if left > 0 {
        tracing::warn!(target: "plugix::stop", plugin, threads = left, "threads of an unloaded plugin did not end");
        engine.quarantine(tasks);
    }
    stopper.detach();
}

/// Makes the instance and runs what is to be run at the start. In a module that can be stopped that has names of its
/// own: wasmer and wasmer-wasix would run it before anybody knows the process that has to be stopped with it.
fn instantiate(
    builder: WasiEnvBuilder,
    module: wasmer::Module,
    store: &mut Store,
    stopper: &Stopper,
) -> Result<(wasmer::Instance, WasiFunctionEnv), Box<WasiRuntimeError>> {
    let (instance, env) = builder.instantiate(module, store)?;
    stopper.adopt(env.data(store).clone());
    for name in [START, INITIALIZE] {
        run(&instance, store, name).map_err(WasiRuntimeError::from)?;
    }
    Ok((instance, env))
}

/// Runs a function of the instance's that may not be there.
pub(crate) fn run(instance: &wasmer::Instance, store: &mut Store, name: &str) -> Result<(), RuntimeError> {
    match instance.exports.get_typed_function::<(), ()>(store, name) {
        Ok(function) => contain(|| function.call(store)),
        Err(_) => Ok(()),
    }
}

/// The environment that a policy describes.
fn environment(name: &str, policy: &Policy, output: &Streams, events: &Events) -> Result<WasiEnvBuilder, LoadError> {
    let mut capabilities = Capabilities::new();
    // The alternative keeps guest threads waiting in a way that can't be ended.
    capabilities.threading.enable_asynchronous_threading = false;
    Ok(WasiEnvBuilder::new(name)
        .args(&policy.args)
        .envs(policy.env.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        .stdin(Box::new(NullFile::default()))
        .stdout(Box::new(output.stdout.clone()))
        .stderr(Box::new(output.stderr.clone()))
        .capabilities(capabilities)
        .disable_default_builtins(true)
        .sandbox_fs(file_system(policy, events)?)
        .setup_fs(Box::new(make_root)))
}

/// What ended a plugin before it had started, rather than that it was ended before.
pub(crate) fn not_started(error: Error) -> LoadError {
    LoadError::Start(match error {
        Error::Dead(cause) => *cause,
        other => other,
    })
}

/// Tells an initializer that failed from a module that doesn't fit.
fn start_error(error: WasiRuntimeError, stopper: &Stopper) -> LoadError {
    let cause = match &error {
        WasiRuntimeError::Runtime(cause) => Some(cause),
        WasiRuntimeError::Thread(WasiThreadError::InitFailed(cause)) => cause.downcast_ref::<RuntimeError>(),
        WasiRuntimeError::Thread(WasiThreadError::InstanceCreateFailed(cause)) => match &**cause {
            wasmer::InstantiationError::Start(cause) => Some(cause),
            _ => None,
        },
        _ => None,
    };
    match cause {
        Some(cause) => LoadError::Start(match (stopper.cause(), cause.downcast_ref::<WasiError>()) {
            (Some(cause), _) => cause.clone(),
            (None, Some(WasiError::Exit(code))) => Error::Exited { code: code.raw() },
            (None, _) => Error::from_engine(cause, Site::new(stopper.plugin())),
        }),
        None => LoadError::Engine(error.to_string()),
    }
}
