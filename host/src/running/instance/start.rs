//! Starts a module: makes its limits, the world that it sees and its threads, and then runs its own code.

use super::{Instance, Process, end_threads};
use crate::error::{Error, LoadError, ModuleError, Site};
use crate::events::{Events, attribute};
use crate::output::Streams;
use crate::policy::Policy;
use crate::running::contain::run;
use crate::running::control::Control;
use crate::running::environment::{Waiting, environment};
use crate::running::imports::HostFunctions;
use crate::running::memory::GuestMemory;
use crate::running::newest;
use crate::running::post_mortem::{PostMortem, Wanted};
use crate::running::quota::{Quota, Stores};
use crate::running::resources::Resources;
use crate::running::runtime::{Links, PluginRuntime};
use crate::running::system_calls::{self, Callers, Held, SystemCalls, Traces};
use crate::running::tasks::{Running, Tasks};
use crate::stop::{Calls, Stopper};
use plugix_module::{INITIALIZE, ModuleInfo, START};
use plugix_system::System;
use std::sync::Arc;
use std::time::Duration;
use wasmer::{RuntimeError, Store};
use wasmer_wasix::{WasiEnvBuilder, WasiError, WasiFunctionEnv, WasiRuntimeError, WasiThreadError};

/// A module's code, ready to run.
pub(crate) struct Code {
    pub(crate) info: Arc<ModuleInfo>,
    pub(crate) compiled: wasmer::Module,
    /// wasmer's engine, which owns the code.
    pub(crate) engine: wasmer::Engine,
}

/// What an instance is made from.
pub(crate) struct Start<'a> {
    pub(crate) name: &'a str,
    pub(crate) policy: &'a Policy,
    pub(crate) functions: HostFunctions,
    pub(crate) events: Events,
    pub(crate) stopper: Arc<Stopper>,
    /// Notices system calls that leave traces. `None` if nobody wants to know.
    pub(crate) traces: Option<Traces>,
    /// What the host wants to have when the plugin has ended.
    pub(crate) dump: Option<Wanted>,
}

/// What the module's code reaches in its host.
struct World {
    builder: WasiEnvBuilder,
    output: Streams,
    /// What the plugin's system calls work on.
    system: Arc<System>,
}

/// What runs the module's threads, and what ends them.
struct Threads {
    tasks: Arc<Tasks>,
    control: Arc<Control>,
    post_mortem: Option<Arc<PostMortem>>,
}

impl Instance {
    /// Makes the main thread's instance and runs its initializer. `code` compiles the module, unless it was compiled
    /// before. A module that the policy has no room for is not compiled.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why there is no instance.
    pub(crate) fn new(
        resources: &Arc<Resources>,
        info: &ModuleInfo,
        code: impl FnOnce() -> Result<Code, LoadError>,
        start: Start<'_>,
    ) -> Result<Self, LoadError> {
        start.stopper.report_to(&start.events);
        let quota = Quota::new(start.policy, info, start.events.clone(), &start.stopper);
        quota.check(info)?;
        let code = code()?;
        let stores = quota.stores(&code.engine);
        let _io = resources.io().enter();
        let calls = Calls::new(&start.stopper);
        let limit = start.policy.start_deadline;
        let deadline = limit.and_then(|limit| resources.watchdog().limit(calls.clone(), limit));

        let world = World::new(info, &start)?;
        let threads = Threads::new(resources, &stores, &quota, &code.compiled, &start)?;
        let tasks = &threads.tasks;
        calls.begin().map_err(not_started)?;
        threads.attach(&start.stopper, &world.system);
        let Start { name, policy, functions, events, stopper, traces, .. } = start;
        let (panics, call_deadline) = (functions.panics().clone(), policy.call_deadline);
        let of_threads = Arc::downgrade(tasks);
        let time = move || of_threads.upgrade().map_or(Duration::ZERO, |tasks| tasks.time());
        let callers = Callers::new(world.system.clone(), Box::new(time));
        let system_calls = SystemCalls { callers, events: events.clone(), traces };
        let links = Links { plugin: name.into(), module: code.info, functions, system_calls };
        let runtime = PluginRuntime::new(stores.clone(), tasks.clone(), links);
        let mut store = stores.new_store();
        let started =
            instantiate(world.builder.runtime(Arc::new(runtime)), code.compiled, &mut store, &stopper, &events);
        let started = started.map_err(|error| start_error(*error, &stopper));
        let started = calls.finish().map_err(LoadError::Start).and(started).and_then(|(instance, env)| {
            let memory = env.data(&store).try_memory().map(|memory| GuestMemory::new(memory.clone(), &store));
            Ok((memory.ok_or(ModuleError::NoMemory)?, instance))
        });
        let (memory, instance) = started.inspect_err(|_| end_threads(name, resources, tasks))?;
        let process = Process {
            name: name.to_owned(),
            resources: resources.clone(),
            stopper,
            tasks: threads.tasks,
            output: world.output,
            system: world.system,
            events,
            quota,
            panics,
            start_deadline: limit,
            call_deadline,
        };
        Ok(Self { process: Arc::new(process), store, memory, calls, instance, deadline, worker: None })
    }
}

impl World {
    fn new(info: &ModuleInfo, start: &Start<'_>) -> Result<Self, LoadError> {
        let Start { name, policy, events, .. } = start;
        let output = Streams::new(policy.output_limit, &policy.forward, events);
        let system = system_calls::system(info.wasi, policy, &output, events)?;
        Ok(Self { builder: environment(name, policy), output, system })
    }
}

impl Threads {
    fn new(
        resources: &Resources,
        stores: &Stores,
        quota: &Quota,
        module: &wasmer::Module,
        start: &Start<'_>,
    ) -> Result<Self, LoadError> {
        let Start { name, policy, events, stopper, .. } = start;
        let post_mortem = |wanted| Arc::new(PostMortem::new(wanted, stopper, quota, events, module));
        let post_mortem = start.dump.as_ref().map(post_mortem);
        let tasks = Tasks::new(name, resources.io(), stores.clone(), stopper.clone(), policy.threads);
        let tasks = tasks.examined_by(post_mortem.clone());
        let control = Control::new(stores, quota.clone()).map_err(|error| LoadError::Engine(error.to_string()))?;
        Ok(Self { tasks: Arc::new(tasks), control: Arc::new(control), post_mortem })
    }

    /// Attaches what ends the module's code, before any of that code runs: first its computing, then its waits. Who
    /// wants to know of the end is told before.
    fn attach(&self, stopper: &Arc<Stopper>, system: &Arc<System>) {
        if let Some(post_mortem) = &self.post_mortem {
            stopper.attach(post_mortem.clone());
        }
        stopper.attach(self.control.clone());
        stopper.attach(Arc::new(Held::by(system)));
        stopper.attach(Arc::new(stopper.halt().clone()));
        stopper.attach(Arc::new(Running(Arc::downgrade(&self.tasks))));
    }
}

/// Makes the instance, and runs what has to run at the start. A module that can be stopped has its own names for that.
/// wasmer and wasmer-wasix would run the usual names too early: nobody would know yet which process has to be stopped
/// with them.
fn instantiate(
    builder: WasiEnvBuilder,
    module: wasmer::Module,
    store: &mut Store,
    stopper: &Arc<Stopper>,
    events: &Events,
) -> Result<(wasmer::Instance, WasiFunctionEnv), Box<WasiRuntimeError>> {
    let (instance, env) = attribute(events, || builder.instantiate(module, store).map_err(Box::new))?;
    stopper.attach(Arc::new(Waiting(env.data(store).clone())));
    if let Some(calls) = newest::take().and_then(|newest| newest.calls) {
        let (process, thread) = (env.data(store).process.pid().raw(), env.data(store).thread.tid().raw());
        let context = calls.as_ref(store);
        context.callers().started(process, thread, context.thread().clone());
    }
    for name in [START, INITIALIZE] {
        run(&instance, store, name).map_err(WasiRuntimeError::from)?;
    }
    Ok((instance, env))
}

/// Why a plugin did not start: what ended it, rather than the fact that it had ended.
pub(crate) fn not_started(error: Error) -> LoadError {
    LoadError::Start(match error {
        Error::Dead(cause) => *cause,
        other => other,
    })
}

/// Tells apart an initializer that failed and a module that doesn't fit.
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
            (None, Some(WasiError::Exit(code))) => Error::from_exit(*code),
            (None, _) => Error::from_engine(cause, Site::new(stopper.plugin()), stopper.symbols()),
        }),
        None => LoadError::Engine(error.to_string()),
    }
}
