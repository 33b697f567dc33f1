//! Host functions: what plugins call. Any thread of a plugin may call them, several at the same time.
//!
//! What an implementation does reaches no further than its caller: a panic is caught, and becomes an error for the
//! plugin.

mod frame;
mod panics;
mod results;
mod scalar;
mod streams;
#[cfg(feature = "json")]
mod untyped;
pub(super) mod wait;

pub(crate) use panics::Panics;
pub(crate) use streams::HostStreams;
#[cfg(feature = "json")]
pub(crate) use untyped::{Answer, Untyped, UntypedArgs};
pub use wait::wait_for;
pub(crate) use wait::{is_stopped, with_halt};

use super::signature::function_type;
use super::stopped;
use crate::error::{InterfaceError, LoadError, ThreadOffer};
use crate::stop::Halt;
use plugix_abi::interface::{ImportKind, Interface, InterfaceInfo, Provider};
use plugix_abi::{Status, import};
use plugix_module::interface;
use plugix_module::{Import, ModuleInfo};
use results::Results;
use std::fmt;
use std::sync::Arc;
use wasmer::{Function, FunctionEnv, FunctionType, Imports, Memory, RuntimeError, StoreMut, Type, Value};

/// The interfaces that a host provides to one plugin.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostFunctions {
    provided: Vec<Arc<dyn Provided>>,
    streams: HostStreams,
    panics: Panics,
    /// How many bytes the arguments of one call may have.
    argument_limit: u32,
}

/// One interface of the host, with its type erased.
trait Provided: Send + Sync + fmt::Debug {
    /// The interface's name.
    fn name(&self) -> &str;

    /// What is known of the interface. `None` if it is whatever a plugin wants.
    fn info(&self) -> Option<&'static InterfaceInfo>;

    /// Makes the function that a plugin imports for one method, if there is such a method.
    fn function(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import) -> Option<Function>;
}

/// Who calls host functions: a plugin, in one of its stores.
pub(super) struct Caller<'a> {
    pub(super) plugin: &'a Arc<str>,
    pub(super) halt: &'a Halt,
    pub(super) memory: Memory,
}

/// What the functions of one store share.
struct Context {
    plugin: Arc<str>,
    halt: Halt,
    /// Where failures and results wait that found no room.
    results: Results,
    memory: FunctionEnv<frame::Memory>,
    argument_limit: u32,
}

impl HostFunctions {
    pub(crate) fn add<I: Interface + ?Sized>(&mut self, provider: Provider<I>) {
        self.add_any(provider);
    }

    /// Adds an implementation that knows the interface's methods at run time only.
    #[cfg(feature = "json")]
    pub(crate) fn add_untyped(&mut self, interface: String, answer: Answer) {
        self.add_any(Untyped { interface, answer });
    }

    fn add_any(&mut self, added: impl Provided + 'static) {
        // The latest implementation of an interface counts.
        self.provided.retain(|provided| provided.name() != added.name());
        self.provided.push(Arc::new(added));
    }

    /// Checks that the host provides everything that the plugin wants.
    pub(crate) fn check(&self, module: &ModuleInfo) -> Result<(), LoadError> {
        for wanted in &module.uses {
            match self.find(&wanted.name) {
                // Without a trait, it is whatever the plugin wants.
                Some(provided) => provided.info().map_or(Ok(()), |info| interface::check_provided(wanted, info))?,
                // The plugin gets along without this interface.
                None if wanted.methods.iter().all(|method| method.optional) => {}
                None => Err(InterfaceError::NotProvided {
                    interface: wanted.name.clone(),
                    provided: self.provided.iter().map(|provided| provided.name().to_owned()).collect(),
                })?,
            }
        }
        Ok(())
    }

    /// The streams that the host offers to the plugin.
    pub(crate) fn streams(&self) -> &HostStreams {
        &self.streams
    }

    /// The stacks of the plugin's panics.
    pub(crate) fn panics(&self) -> &Panics {
        &self.panics
    }

    /// Limits how many bytes the arguments of one call may have. Without this, it may have none.
    pub(crate) fn limit_arguments(&mut self, bytes: u32) {
        self.argument_limit = bytes;
    }

    /// Keeps the stacks of the plugin's panics.
    pub(crate) fn keep_stacks(&mut self, wanted: bool) {
        self.panics.want(wanted);
    }

    fn find(&self, interface: &str) -> Option<&Arc<dyn Provided>> {
        self.provided.iter().find(|provided| provided.name() == interface)
    }

    /// Adds to `imports` what the module wants from the host, for an instance in `store`.
    pub(super) fn define(
        &self,
        caller: Caller<'_>,
        wanted: &[Import],
        store: &mut StoreMut<'_>,
        imports: &mut Imports,
    ) {
        if !wanted.iter().any(Import::is_host_function) {
            return;
        }
        let memory = frame::Memory::new(caller.memory, store);
        let context = Context {
            plugin: caller.plugin.clone(),
            halt: caller.halt.clone(),
            results: Results::default(),
            memory: FunctionEnv::new(store, memory),
            argument_limit: self.argument_limit,
        };
        for import in wanted.iter().filter(|import| import.is_host_function()) {
            let function = match import.module.strip_prefix(import::INTERFACE_PREFIX) {
                Some(interface) => self.method(store, &context, interface, import),
                None => self.own(store, &context, import),
            };
            imports.define(&import.module, &import.name, function);
        }
    }

    /// A function that belongs to the host, and to no interface.
    fn own(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import) -> Function {
        let Context { plugin, halt, results, memory, .. } = context;
        match import.name.as_str() {
            import::TAKE_RESULT => results.take_function(store, memory, halt),
            import::STREAM_NEXT => self.streams.next_function(store, memory, results, plugin, halt),
            import::PANICKING => self.panics.function(store, halt),
            import::STREAM_DROP => self.streams.drop_function(store, halt),
            import::SERVE => serve_function(store),
            _ => not_provided(store, import, halt),
        }
    }

    fn method(&self, store: &mut StoreMut<'_>, context: &Context, interface: &str, import: &Import) -> Function {
        let found = self.find(interface).and_then(|provided| provided.function(store, context, import));
        found.unwrap_or_else(|| not_provided(store, import, &context.halt))
    }
}

/// Makes the function with which a guest thread offers itself for calls. The function leaves the thread's wasm frames
/// as an exit does. Whoever runs the thread decides what becomes of it (see `running::tasks`).
fn serve_function(store: &mut StoreMut<'_>) -> Function {
    Function::new_typed(store, || -> Result<(), RuntimeError> { Err(RuntimeError::user(Box::new(ThreadOffer))) })
}

/// Stands in for an optional method that the host doesn't have. The guest then runs its default.
fn not_provided(store: &mut StoreMut<'_>, import: &Import, halt: &Halt) -> Function {
    let ty = function_type(import).unwrap_or_else(|| FunctionType::new([], [Type::I64]));
    let answer = results::pack(Status::NotProvided, 0) as i64;
    let halt = halt.clone();
    Function::new(store, ty, move |_| {
        stopped::check(halt.is_stopped())?;
        Ok(vec![Value::I64(answer)])
    })
}

impl<I: Interface + ?Sized> Provided for Provider<I> {
    fn name(&self) -> &str {
        I::NAME
    }

    fn info(&self) -> Option<&'static InterfaceInfo> {
        Some(I::INFO)
    }

    fn function(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import) -> Option<Function> {
        let method = I::METHODS.iter().position(|method| method.name == import.name)?;
        Some(match I::METHODS[method].import {
            ImportKind::Scalar => scalar::function(store, context, self, method),
            ImportKind::Frame => {
                let (provider, run) = (self.clone(), I::frame_fn(method).expect("the method exists"));
                let run = move |args: &[u8], result: &mut frame::Buffer| run(provider.get(), args, result);
                frame::function(store, context, (I::NAME, I::METHODS[method].name), run)
            }
        })
    }
}
