//! The system calls of a plugin that don't go straight to wasmer-wasix: some are closed to every plugin, some are
//! measured first, and some leave traces.

mod bounded;
mod closed;
mod traces;

pub(super) use bounded::Bounds;
pub(crate) use traces::Traces;

use crate::stop::Stopper;
use std::sync::Arc;
use wasmer::{Extern, Function, Imports, Module, StoreMut};

/// What stands between one plugin and the functions of wasmer-wasix.
#[derive(Debug)]
pub(super) struct SystemCalls {
    pub(super) bounds: Bounds,
    /// Notices system calls that leave traces. `None` if nobody wants to know.
    pub(super) traces: Option<Traces>,
}

impl SystemCalls {
    /// Puts itself between the module and the system calls that the module imports.
    ///
    /// # Errors
    /// If wasmer-wasix lacks a function that this needs.
    pub(super) fn apply(
        &self,
        module: &Module,
        store: &mut StoreMut<'_>,
        imports: &mut Imports,
        stopper: &Arc<Stopper>,
    ) -> anyhow::Result<()> {
        closed::close(module, store, imports, stopper);
        self.bounds.apply(module, store, imports)?;
        if let Some(traces) = &self.traces {
            traces.apply(module, store, imports);
        }
        Ok(())
    }
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
    fn replace(&self, imports: &mut Imports, by: Function) {
        imports.define(&self.namespace, &self.name, by);
    }
}
