//! Host functions: what plugins call. Any thread of a plugin may call them, several at the same time.
//!
//! What an implementation does reaches no further than its caller: a panic is caught, and becomes an error for the
//! plugin.

mod answers;
mod buffer;
mod frame;
mod items;
mod panics;
mod results;
mod scalar;
mod streams;
mod taken;
mod untyped;
pub(super) mod wait;

pub(crate) use answers::{HostMethod, Replied};
pub(crate) use items::Rewritten;
pub(crate) use panics::Panics;
pub(crate) use streams::{Elsewhere, HostStreams};
pub(super) use taken::link;
#[cfg(feature = "json")]
pub(crate) use taken::offer;
pub(crate) use taken::open;
pub(crate) use untyped::{Answer, Untyped, UntypedArgs};
pub use wait::wait_for;
pub(crate) use wait::{is_stopped, with_halt};

use super::signature::function_type;
use super::stopped;
use crate::error::{HostBreach, InterfaceError, LoadError, MethodRef, Symbols, ThreadOffer};
use crate::stop::Halt;
use buffer::Buffer;
use plugix_abi::interface::descriptor::Descriptor;
use plugix_abi::interface::{ImportKind, Interface, InterfaceInfo, Provider};
use plugix_abi::services::Services;
use plugix_abi::{Status, import};
use plugix_module::interface::{self, Fit};
use plugix_module::{Import, ModuleInfo};
use results::Results;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, FunctionType, Imports, Memory, RuntimeError, StoreMut, Type, Value,
};

/// The longest name of a method that a plugin asks for, in bytes.
const NAME_MAX: u32 = 4096;

/// The interfaces that a host provides to one plugin.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostFunctions {
    provided: Vec<Arc<dyn Provided>>,
    streams: HostStreams,
    panics: Panics,
    /// How many bytes the arguments of one call may have.
    argument_limit: u32,
    /// What is behind the methods that the plugin wants, by interface and method: of interfaces that differ.
    fits: Arc<HashMap<String, HashMap<String, Option<Fit>>>>,
}

/// One interface of the host, with its type erased.
trait Provided: Send + Sync + fmt::Debug {
    /// The interface's name.
    fn name(&self) -> &str;

    /// What is known of the interface, and what it says of itself. `None` if it is whatever a plugin wants.
    fn contract(&self) -> Option<(&'static InterfaceInfo, &'static [u8])>;

    /// Runs a method for a plugin in another process, if there is such a method. `method` is its name in the plugin.
    fn run(&self, method: &str, fit: &Fit) -> Option<answers::Run>;

    /// Makes the function that a plugin imports for one method, if it can be.
    fn function(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import, fit: &Fit) -> Option<Function>;
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
    streams: HostStreams,
    argument_limit: u32,
}

impl HostFunctions {
    pub(crate) fn add<I: Interface + ?Sized>(&mut self, provider: Provider<I>) {
        self.add_any(provider);
    }

    /// Adds an implementation that knows the interface's methods at run time only.
    pub(crate) fn add_untyped(&mut self, interface: String, answer: Answer) {
        self.add_any(Untyped { interface, answer });
    }

    fn add_any(&mut self, added: impl Provided + 'static) {
        // The latest implementation of an interface counts.
        self.provided.retain(|provided| provided.name() != added.name());
        self.provided.push(Arc::new(added));
    }

    /// Checks that the host provides everything that the plugin wants, and finds out how.
    pub(crate) fn fit(&mut self, module: &ModuleInfo) -> Result<(), LoadError> {
        let mut all = HashMap::new();
        for wanted in &module.uses {
            match self.find(&wanted.name) {
                Some(provided) => {
                    // Without a trait, it is whatever the plugin wants.
                    let Some((info, descriptor)) = provided.contract() else { continue };
                    let fits = interface::find_provided(wanted, info, descriptor)?;
                    let names = wanted.methods.iter().map(|method| method.name.clone());
                    if let Some(fits) = fits {
                        all.insert(wanted.name.clone(), names.zip(fits).collect());
                    }
                }
                // The plugin gets along without this interface.
                None if wanted.methods.iter().all(|method| method.optional) => {}
                None => Err(InterfaceError::NotProvided {
                    interface: wanted.name.clone(),
                    provided: self.provided.iter().map(|provided| provided.name().to_owned()).collect(),
                })?,
            }
        }
        self.fits = Arc::new(all);
        Ok(())
    }

    /// Which methods the host provides, by the interfaces that the module wants and by their methods.
    pub(crate) fn provided(&self, module: &ModuleInfo) -> Vec<Vec<bool>> {
        let is_there = |interface: &str, method: &str| self.fitting(interface, method).is_some();
        let of =
            |wanted: &Descriptor| wanted.methods.iter().map(|method| is_there(&wanted.name, &method.name)).collect();
        module.uses.iter().map(of).collect()
    }

    /// Takes the word of a host in another process for which methods it provides.
    pub(crate) fn believe(&mut self, module: &ModuleInfo, provided: &[Vec<bool>]) {
        let fit = |is_there: bool| is_there.then_some(Fit { method: 0, rewrites: None });
        // The services have a trait here as well.
        let interfaces = module.uses.iter().zip(provided).filter(|(wanted, _)| wanted.name != <dyn Services>::NAME);
        let interfaces = interfaces.map(|(wanted, provided)| {
            let methods = wanted.methods.iter().zip(provided).map(|(method, there)| (method.name.clone(), fit(*there)));
            (wanted.name.clone(), methods.collect())
        });
        self.fits = Arc::new(interfaces.collect());
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

    /// Keeps the stacks of the plugin's panics, with their lines.
    pub(crate) fn keep_stacks(&mut self, symbols: Symbols) {
        self.panics.want(symbols);
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
            streams: self.streams.clone(),
            argument_limit: self.argument_limit,
        };
        taken::prepare(context.memory.clone());
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
        let Context { halt, results, memory, .. } = context;
        match import.name.as_str() {
            import::TAKE_RESULT => results.take_function(store, memory, halt),
            import::STREAM_NEXT => self.streams.next_function(store, context),
            import::PANICKING => self.panics.function(store, halt),
            import::STREAM_DROP => self.streams.drop_function(store, context),
            import::SERVE => serve_function(store),
            import::PROVIDES => self.provides_function(store, memory, halt),
            _ => not_provided(store, import, halt),
        }
    }

    fn method(&self, store: &mut StoreMut<'_>, context: &Context, interface: &str, import: &Import) -> Function {
        let found = self.fitting(interface, &import.name);
        let function = found.and_then(|(provided, fit)| provided.function(store, context, import, &fit));
        function.unwrap_or_else(|| not_provided(store, import, &context.halt))
    }

    /// The implementation that is behind a method, as the plugin names the two.
    fn fitting(&self, interface: &str, method: &str) -> Option<(&Arc<dyn Provided>, Fit)> {
        let provided = self.find(interface)?;
        let fit = match self.fits.get(interface) {
            Some(fits) => fits.get(method)?.clone()?,
            // All methods are there under their names. The host's own services are those of every plugin.
            None => {
                let place = |(info, _): (&InterfaceInfo, _)| info.methods.iter().position(|there| there.name == method);
                Fit { method: provided.contract().map_or(Some(0), place)?, rewrites: None }
            }
        };
        Some((provided, fit))
    }

    /// Makes the function with which the plugin asks whether the host has a method.
    fn provides_function(
        &self,
        store: &mut StoreMut<'_>,
        memory: &FunctionEnv<frame::Memory>,
        halt: &Halt,
    ) -> Function {
        let (functions, halt) = (self.clone(), halt.clone());
        Function::new_typed_with_env(
            store,
            memory,
            move |mut env: FunctionEnvMut<'_, frame::Memory>, ptr: u32, len: u32| {
                stopped::check(halt.is_stopped())?;
                let (memory, store) = env.data_and_store_mut();
                let mut name = vec![0; len.min(NAME_MAX) as usize];
                memory.guest.read_into(&store, "a method's name", ptr, &mut name).map_err(|error| {
                    let function = MethodRef::from_export(import::PROVIDES).to_name();
                    RuntimeError::user(Box::new(HostBreach { function, error }))
                })?;
                let name = std::str::from_utf8(&name).ok().and_then(|name| name.rsplit_once('/'));
                let is_there = name.is_some_and(|(interface, method)| functions.fitting(interface, method).is_some());
                Ok::<u32, RuntimeError>(is_there.into())
            },
        )
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

    fn contract(&self) -> Option<(&'static InterfaceInfo, &'static [u8])> {
        Some((I::INFO, I::DESCRIPTOR))
    }

    fn run(&self, _: &str, fit: &Fit) -> Option<answers::Run> {
        let (provider, run) = (self.clone(), I::frame_fn(fit.method)?);
        Some(Box::new(move |args, result| run(provider.get(), args, result)))
    }

    fn function(&self, store: &mut StoreMut<'_>, context: &Context, _: &Import, fit: &Fit) -> Option<Function> {
        Some(match I::METHODS[fit.method].import {
            ImportKind::Scalar => scalar::function(store, context, self, fit.method),
            ImportKind::Frame => {
                let (provider, run) = (self.clone(), I::frame_fn(fit.method).expect("the method exists"));
                let run = move |args: &[u8], result: &mut Buffer| run(provider.get(), args, result);
                let name = (I::NAME, I::METHODS[fit.method].name);
                frame::function(store, context, name, fit.rewrites.clone(), run)
            }
        })
    }
}
