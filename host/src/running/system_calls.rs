//! The system calls of a plugin that don't go straight to wasmer-wasix: those that come from us, those that no plugin
//! gets, and those that leave traces.

mod attributed;
mod callers;
mod calls;
mod closed;
mod context;
mod known;
mod layout;
mod setup;
mod traces;

pub(super) use callers::Callers;
pub(super) use context::Context;
pub(super) use setup::{Held, system};

pub(crate) use traces::Traces;

use crate::events::Events;
use crate::running::memory::GuestMemory;
use crate::running::newest;
use crate::stop::Stopper;
use std::sync::Arc;
use wasmer::{Extern, Function, FunctionEnv, Imports, Module, StoreMut};

/// What stands between one plugin and the functions of wasmer-wasix.
#[derive(Debug)]
pub(super) struct SystemCalls {
    /// Who makes the calls that come from us.
    pub(super) callers: Arc<Callers>,
    /// Whom what the engine logs belongs to.
    pub(super) events: Events,
    /// Notices system calls that leave traces, if somebody wants to know.
    pub(super) traces: Option<Traces>,
}

impl SystemCalls {
    /// Puts itself between the module and the system calls that the module imports.
    pub(super) fn apply(
        &self,
        module: &Module,
        store: &mut StoreMut<'_>,
        imports: &mut Imports,
        stopper: &Arc<Stopper>,
    ) {
        let calls = &mut Imported::of(module, imports);
        closed::close(calls, module, store, imports, stopper);
        attributed::attribute_calls(&self.events, calls, store, imports);
        provide(&self.callers, calls, store, imports);
        if let Some(traces) = &self.traces {
            traces.apply(calls, store, imports);
        }
    }
}

/// Puts our calls in the place of what the module imports.
fn provide(callers: &Arc<Callers>, calls: &mut [Imported], store: &mut StoreMut<'_>, imports: &mut Imports) {
    let memory = match imports.get_export("env", "memory") {
        Some(Extern::Memory(memory)) => Some(GuestMemory::new(memory, store)),
        _ => None,
    };
    let env = FunctionEnv::new(store, Context::new(callers, memory));
    for call in calls {
        if let Some(row) = calls::find(&call.namespace, &call.name) {
            call.replace(imports, (row.function)(store, &env));
        }
    }
    newest::prepare(env);
}

/// A system call that a module imports.
struct Imported {
    namespace: String,
    name: String,
    /// The function that answers the call now.
    function: Function,
}

impl Imported {
    /// All system calls that a module imports and the host provides. Any other import is refused when the module is
    /// linked.
    fn of(module: &Module, imports: &Imports) -> Vec<Self> {
        let wasi = module.imports().functions().filter(|import| import.module().starts_with("wasi"));
        wasi.filter_map(|import| {
            let (namespace, name) = (import.module().to_owned(), import.name().to_owned());
            match imports.get_export(&namespace, &name) {
                Some(Extern::Function(function)) => Some(Self { namespace, name, function }),
                _ => None,
            }
        })
        .collect()
    }

    /// Lets another function answer the call.
    fn replace(&mut self, imports: &mut Imports, by: Function) {
        imports.define(&self.namespace, &self.name, by.clone());
        self.function = by;
    }
}
