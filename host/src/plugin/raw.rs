//! Modules that know nothing of the SDK. A [`RawPlugin`] calls exports by their types, and a [`Command`] runs a program.
//!
//! ```no_run
//! use plugix_host::raw::{Command, RawPlugin};
//! use plugix_host::{Engine, Error, Policy};
//!
//! let engine = Engine::new()?;
//! let module = engine.load_file("arithmetic.wasm")?;
//! let mut arithmetic = RawPlugin::new(&module, &Policy::new())?;
//! match arithmetic.call::<(i32, i32), i32>("divide", (85, 0)) {
//!     Ok(quotient) => println!("85 / 0 = {quotient}"),
//!     Err(Error::Trap(trap)) => println!("85 / 0: {trap}"),
//!     Err(other) => return Err(other.into()),
//! }
//!
//! let program = engine.load_file("program.wasm")?;
//! let exit = Command::new(&program, &Policy::new().arg("--version"))?.run()?;
//! println!("{} and code {}", String::from_utf8_lossy(&exit.output.stdout), exit.code);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod args;

pub use args::RawArgs;

use crate::error::{Error, LoadError, MethodRef, ModuleError, ProtocolError, Site};
use crate::events::Events;
use crate::module::{Form, Module};
use crate::plugin::{CancelHandle, Usage};
use crate::policy::Policy;
use crate::running::contain::contain;
use crate::running::imports::HostFunctions;
use crate::running::instance::{Instance, Start};
use crate::sandbox::output::Output;
use crate::stop::Stopper;
use wasmer::WasmTypeList;

/// A running module whose exports are called by their types.
#[derive(Debug)]
pub struct RawPlugin {
    instance: Instance,
}

impl RawPlugin {
    /// Instantiates a module, and runs its initializer if it has one.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the module can't start.
    pub fn new(module: &Module, policy: &Policy) -> Result<Self, LoadError> {
        match module.info().form {
            Form::Command => Err(ModuleError::CommandNotReactor.into()),
            Form::Reactor | Form::Bare => Ok(Self { instance: start("raw", module, policy)? }),
        }
    }

    /// Calls an exported function: `raw.call::<(i32, i32), i32>("add", (1, 2))`.
    ///
    /// # Errors
    /// [`Error::NoSuchMethod`] if there is no export of this name and type. Otherwise what ended the call.
    pub fn call<A: RawArgs, R: WasmTypeList>(&mut self, name: &str, args: A) -> Result<R, Error> {
        let function = self.instance.function::<A::Types, R>(name);
        let function = function.ok_or_else(|| Error::NoSuchMethod { method: name.to_owned() })?;
        self.instance.calls.begin()?;
        let result = args
            .call(&function, &mut self.instance.store)
            .map_err(|error| self.instance.end_in(&error, &MethodRef::from_export(name)));
        self.instance.calls.finish()?;
        result
    }

    /// Copies `len` bytes out of the module's memory.
    ///
    /// # Errors
    /// [`Error::Protocol`] if they don't lie in the memory.
    pub fn read(&mut self, ptr: u32, len: u32) -> Result<Vec<u8>, Error> {
        let Instance { memory, store, .. } = &mut self.instance;
        memory.read_vec(store, "bytes", ptr, len).map_err(|error| self.breach(error))
    }

    /// Copies bytes into the module's memory.
    ///
    /// # Errors
    /// [`Error::Protocol`] if they don't fit into the memory there.
    pub fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Error> {
        let Instance { memory, store, .. } = &mut self.instance;
        memory.write(store, "bytes", ptr, bytes).map_err(|error| self.breach(error))
    }

    fn breach(&self, error: ProtocolError) -> Error {
        Error::from_breach(error, Site::new(&self.instance.process.name))
    }

    /// Takes what the module wrote to its standard output and standard error since this was last called.
    pub fn take_output(&self) -> Output {
        self.instance.process.output.take()
    }

    /// A handle that stops the module from any other thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.instance.process.stopper.clone())
    }

    /// What the module uses, and what it has done since its start.
    pub fn usage(&self) -> Usage {
        self.instance.process.usage()
    }

    /// How many threads of the module are alive. The main thread doesn't count.
    pub fn live_threads(&self) -> usize {
        self.instance.process.tasks.live()
    }
}

/// A program. It runs once for each [`Command::run`], from its `_start`.
#[derive(Debug)]
pub struct Command {
    module: Module,
    policy: Policy,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The program's exit code. 0 if it returned from `main`.
    pub code: i32,
    /// What the program wrote.
    pub output: Output,
}

impl Command {
    /// Prepares to run a module with the arguments, the environment and the folders of a policy.
    ///
    /// # Errors
    /// [`LoadError::NotACommand`] if the module exports no `_start`.
    pub fn new(module: &Module, policy: &Policy) -> Result<Self, LoadError> {
        match module.info().form {
            Form::Command => Ok(Self { module: module.clone(), policy: policy.clone() }),
            Form::Reactor | Form::Bare => Err(LoadError::NotACommand),
        }
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// [`LoadError::Start`] if the program traps. What it wrote until then is lost. An exit code of its own is no
    /// error, whichever of its threads exits.
    pub fn run(&self) -> Result<Exit, LoadError> {
        let mut instance = start("command", &self.module, &self.policy)?;
        let start = instance.function::<(), ()>("_start").ok_or(LoadError::NotACommand)?;
        instance.calls.begin().map_err(LoadError::Start)?;
        let ended = contain(|| start.call(&mut instance.store));
        let ended = instance.calls.finish().and_then(|()| ended.map_err(|error| instance.end(&error)));
        let code = ended.map_or_else(exit_code, |()| Ok(0))?;
        Ok(Exit { code, output: instance.process.output.take() })
    }
}

/// The code of an exit, by whichever thread.
fn exit_code(error: Error) -> Result<i32, LoadError> {
    match error {
        Error::Exited { code } => Ok(code),
        Error::Dead(cause) if matches!(*cause, Error::Exited { .. }) => exit_code(*cause),
        other => Err(LoadError::Start(other)),
    }
}

/// Starts a module. The host gives it what its policy names, and nothing else.
fn start(name: &str, module: &Module, policy: &Policy) -> Result<Instance, LoadError> {
    let stopper = Stopper::new(module.engine().watchdog());
    let functions = HostFunctions::default();
    let events = Events::new(name, None);
    let start = Start { name, policy, functions, events, stopper, traces: None };
    let mut instance = Instance::new(module.engine().resources(), module.info(), || module.code(), start)?;
    instance.started();
    Ok(instance)
}
