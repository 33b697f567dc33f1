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
mod command;

pub use args::RawArgs;
pub use command::{Command, CommandError, Exit, Program};

use crate::dump::Dumps;
use crate::error::{Error, LoadError, MethodRef, ModuleError, ProtocolError, Site};
use crate::events::Events;
use crate::module::{Form, Module};
use crate::output::Output;
use crate::plugin::{CancelHandle, SignalHandle, Usage};
use crate::policy::Policy;
use crate::running::imports::HostFunctions;
use crate::running::instance::{Instance, Start};
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
            Form::Reactor | Form::Bare => Ok(Self { instance: start("raw", module, policy, None)? }),
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
        self.instance.finish()?;
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

    /// A handle that sends the module signals from any other thread.
    pub fn signal_handle(&self) -> SignalHandle {
        SignalHandle::new(&self.instance.process)
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

/// Starts a module. The host gives it what its policy names, and nothing else.
fn start(name: &str, module: &Module, policy: &Policy, dumps: Option<&Dumps>) -> Result<Instance, LoadError> {
    let stopper = Stopper::new();
    let functions = HostFunctions::default();
    let events = Events::new(name, None);
    let dump = dumps.map(|dumps| super::post_mortem(module, dumps));
    let start = Start { name, policy, functions, events, stopper, traces: None, dump };
    let mut instance = Instance::new(module.engine().resources(), module.info(), || module.code(), start)?;
    instance.started();
    Ok(instance)
}
