//! One running module: its store, its memory, its threads, and what ends them.

use crate::files::file_system;
use crate::imports::HostFunctions;
use crate::memory::GuestMemory;
use crate::output::Streams;
use crate::runtime::{Health, PluginRuntime, Tasks};
use crate::{Error, LoadError, Module, Policy};
use std::sync::Arc;
use std::time::Duration;
use virtual_fs::NullFile;
use wasmer::{RuntimeError, Store, TypedFunction, WasmTypeList};
use wasmer_wasix::capabilities::Capabilities;
use wasmer_wasix::wasmer_wasix_types::wasi::{ExitCode, Signal};
use wasmer_wasix::{WasiEnvBuilder, WasiError, WasiFunctionEnv, WasiRuntimeError};

/// How long an unloaded plugin's threads get to end.
const UNLOAD_BUDGET: Duration = Duration::from_secs(1);

/// The exit code of a plugin that the host stopped: 128 + SIGKILL, as a shell has it.
const KILLED: i32 = 137;

/// One running module. Dropping it ends its threads.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) store: Store,
    pub(crate) memory: GuestMemory,
    pub(crate) health: Arc<Health>,
    instance: wasmer::Instance,
    env: WasiFunctionEnv,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) output: Streams,
}

// SAFETY: a store lacks `Send` because it holds raw pointers, all of them to what it owns itself, and a slot for a
// closure (`on_called`), which only asyncify fills and only during a call. The engine keeps a store in a thread-local
// only while a call runs (wasmer 7.4.2, `entities/store/context.rs`), and a call borrows the instance, so that none
// runs while it moves. Every handle into the store lies in the same struct or in the one that owns it.
unsafe impl Send for Instance {}

impl Instance {
    /// Makes the instance and runs its initializer.
    pub(crate) fn new(
        name: &str,
        module: &Module,
        policy: &Policy,
        functions: HostFunctions,
    ) -> Result<Self, LoadError> {
        let compiled = module.compiled()?;
        let engine = module.engine();
        let _io = engine.io().enter();
        let health = Arc::new(Health::default());
        let tasks = Arc::new(Tasks::new(name, engine, health.clone()));
        let output = Streams::new(policy.output_limit);
        let builder = environment(name, policy, engine.io(), &output)?.runtime(Arc::new(PluginRuntime::new(
            name,
            module,
            tasks.clone(),
            health.clone(),
            functions,
        )));

        let mut store = Store::new(engine.wasmer().clone());
        let (instance, env) = match builder.instantiate(compiled, &mut store) {
            Ok(instance) => instance,
            Err(error) => {
                tasks.close(UNLOAD_BUDGET, || ());
                return Err(start_error(error, &health));
            }
        };
        let memory = env
            .data(&store)
            .try_memory()
            .map(|memory| GuestMemory::new(memory.clone(), &store))
            .ok_or(LoadError::NoMemory)?;
        Ok(Self { name: name.to_owned(), store, memory, health, instance, env, tasks, output })
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

    /// What the end of a wasm function by anything but its return means. All of it ends the plugin.
    pub(crate) fn end(&self, error: &RuntimeError) -> Error {
        let cause = match error.downcast_ref::<WasiError>() {
            // Another thread ended the plugin, and this one was told to stop.
            Some(WasiError::Exit(_)) if self.health.cause().is_some() => return self.dead(),
            Some(WasiError::Exit(code)) => Error::Exited { code: code.raw() },
            _ => Error::of_engine(error, None),
        };
        self.kill(cause.clone());
        cause
    }

    /// Ends the plugin: nothing of it runs from now on.
    pub(crate) fn kill(&self, cause: Error) {
        self.health.die(cause);
        terminate(&self.env, &self.store);
    }

    fn dead(&self) -> Error {
        self.health.check().err().unwrap_or(Error::Exited { code: KILLED })
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let left = self.tasks.close(UNLOAD_BUDGET, || terminate(&self.env, &self.store));
        if left > 0 {
            tracing::warn!(plugin = self.name, threads = left, "threads did not end when their plugin was unloaded");
        }
    }
}

/// Tells all threads of a plugin to end. Terminating comes first: a guest that handles signals could ignore the kill.
fn terminate(env: &WasiFunctionEnv, store: &Store) {
    let process = &env.data(store).process;
    process.terminate(ExitCode::from(KILLED));
    process.signal_process(Signal::Sigkill);
}

/// The environment that a policy describes.
fn environment(
    name: &str,
    policy: &Policy,
    io: &tokio::runtime::Handle,
    output: &Streams,
) -> Result<WasiEnvBuilder, LoadError> {
    let mut capabilities = Capabilities::new();
    // The alternative keeps guest threads waiting in a way that can't be ended.
    capabilities.threading.enable_asynchronous_threading = false;
    let mut builder = WasiEnvBuilder::new(name)
        .args(&policy.args)
        .envs(policy.env.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        .stdin(Box::new(NullFile::default()))
        .stdout(Box::new(output.stdout.clone()))
        .stderr(Box::new(output.stderr.clone()))
        .capabilities(capabilities)
        .disable_default_builtins(true)
        .sandbox_fs(file_system(&policy.mounts, io)?);
    for mount in &policy.mounts {
        let writable = mount.access == crate::Access::ReadWrite;
        builder
            .add_preopen_build(|preopen| preopen.directory(&mount.guest).read(true).write(writable).create(writable))
            .map_err(|error| LoadError::Policy {
                what: format!("mount {} at {}", mount.host.display(), mount.guest),
                problem: error.to_string(),
            })?;
    }
    Ok(builder)
}

/// Tells an initializer that failed from a module that doesn't fit.
fn start_error(error: WasiRuntimeError, health: &Health) -> LoadError {
    use wasmer_wasix::WasiThreadError;
    let cause = match &error {
        WasiRuntimeError::Thread(WasiThreadError::InitFailed(cause)) => cause.downcast_ref::<RuntimeError>(),
        WasiRuntimeError::Thread(WasiThreadError::InstanceCreateFailed(cause)) => match &**cause {
            wasmer::InstantiationError::Start(cause) => Some(cause),
            _ => None,
        },
        _ => None,
    };
    match cause {
        Some(cause) => LoadError::Start(match cause.downcast_ref::<WasiError>() {
            Some(WasiError::Exit(code)) => health.cause().cloned().unwrap_or(Error::Exited { code: code.raw() }),
            _ => Error::of_engine(cause, None),
        }),
        None => LoadError::Engine(error.to_string()),
    }
}
