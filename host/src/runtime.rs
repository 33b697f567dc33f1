//! What wasmer-wasix asks its host for, as one plugin gets it.

mod bounded;
mod calls;
mod closed;
mod contain;
mod control;
mod halt;
mod health;
mod quota;
mod stopper;
mod tasks;
mod traces;

pub(crate) use bounded::Bounds;
pub(crate) use calls::Calls;
pub(crate) use contain::contain;
pub(crate) use control::Control;
pub(crate) use halt::Halt;
use health::Health;
pub(crate) use quota::Quota;
pub(crate) use stopper::Stopper;
use tasks::TaskManager;
pub(crate) use tasks::{Tasks, Worker, WorkerThread};
pub(crate) use traces::Traces;

use crate::imports::HostFunctions;
use crate::module::CONTROL;
use crate::{Engine, Error, Site};
use std::cell::RefCell;
use std::sync::Arc;
use virtual_net::{DynVirtualNetworking, UnsupportedVirtualNetworking};
use wasmer::{Extern, Imports, Instance, Memory, Module, StoreMut};
use wasmer_wasix::runtime::resolver::{MultiSource, Source};
use wasmer_wasix::runtime::{InstantiationState, TaintReason};
use wasmer_wasix::{Runtime, VirtualTaskManager};

thread_local! {
    /// The instance that was made last on this thread. An instance of a guest thread's is reachable nowhere else.
    static NEWEST: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// The runtime of one plugin: its threads, its network and its health are its own; nothing is shared but the engine.
#[derive(Debug)]
pub(crate) struct PluginRuntime {
    plugin: Arc<str>,
    module: Option<crate::Module>,
    functions: HostFunctions,
    bounds: Option<Bounds>,
    traces: Option<Traces>,
    engine: wasmer::Engine,
    tasks: Arc<dyn VirtualTaskManager>,
    network: DynVirtualNetworking,
    packages: Arc<MultiSource>,
    stopper: Arc<Stopper>,
    halt: Halt,
    control: Option<Arc<Control>>,
}

impl PluginRuntime {
    pub(crate) fn new(
        plugin: &str,
        module: &crate::Module,
        engine: wasmer::Engine,
        network: DynVirtualNetworking,
        tasks: Arc<Tasks>,
        functions: HostFunctions,
        control: Arc<Control>,
    ) -> Self {
        Self {
            control: Some(control),
            plugin: plugin.into(),
            module: Some(module.clone()),
            functions,
            network,
            ..Self::bare(engine, tasks)
        }
    }

    /// Measures system calls before they are made.
    pub(crate) fn bounded(self, bounds: Bounds) -> Self {
        Self { bounds: Some(bounds), ..self }
    }

    /// Notices system calls that leave traces, if somebody wants to know.
    pub(crate) fn traced(self, traces: Option<Traces>) -> Self {
        Self { traces, ..self }
    }

    /// A runtime in which nothing runs.
    pub(crate) fn idle(engine: &Engine) -> Self {
        let wasmer = engine.new_wasmer();
        Self::bare(wasmer.clone(), Arc::new(Tasks::new("idle", engine, wasmer, None, Stopper::new(engine), 0)))
    }

    fn bare(engine: wasmer::Engine, tasks: Arc<Tasks>) -> Self {
        Self {
            plugin: "idle".into(),
            module: None,
            functions: HostFunctions::default(),
            bounds: None,
            traces: None,
            engine,
            stopper: tasks.stopper().clone(),
            halt: tasks.halt().clone(),
            tasks: Arc::new(TaskManager(tasks)),
            network: Arc::new(UnsupportedVirtualNetworking::default()),
            packages: Arc::new(MultiSource::new()),
            control: None,
        }
    }

    /// Takes the instance that was made last on the calling thread.
    pub(crate) fn take_newest_instance() -> Option<Instance> {
        NEWEST.take()
    }
}

impl Runtime for PluginRuntime {
    fn networking(&self) -> &DynVirtualNetworking {
        &self.network
    }

    fn task_manager(&self) -> &Arc<dyn VirtualTaskManager> {
        &self.tasks
    }

    fn source(&self) -> Arc<dyn Source + Send + Sync> {
        self.packages.clone()
    }

    fn engine(&self) -> wasmer::Engine {
        self.engine.clone()
    }

    fn new_store(&self) -> wasmer::Store {
        wasmer::Store::new(self.engine.clone())
    }

    fn configure_new_instance(
        &self,
        _module: &Module,
        _store: &mut StoreMut,
        instance: &Instance,
        _imported_memory: Option<&Memory>,
        _state: InstantiationState,
    ) -> anyhow::Result<()> {
        NEWEST.set(Some(instance.clone()));
        Ok(())
    }

    fn prepare_imports(
        &self,
        module: &Module,
        store: &mut StoreMut,
        imports: &mut Imports,
    ) -> anyhow::Result<InstantiationState> {
        closed::close(module, store, imports, &self.stopper);
        if let Some(bounds) = &self.bounds {
            bounds.apply(module, store, imports)?;
        }
        if let Some(traces) = &self.traces {
            traces.apply(module, store, imports);
        }
        if let Some(control) = &self.control {
            imports.define(CONTROL.0, CONTROL.1, control.attach(store)?);
        }
        if let Some(module) = &self.module {
            let memory = imports.get_export("env", "memory").and_then(|memory| match memory {
                Extern::Memory(memory) => Some(memory),
                _ => None,
            });
            if let Some(shared) = memory.as_ref().and_then(|memory| memory.as_shared(store)) {
                self.stopper.attach_memory(shared);
            }
            self.functions.define(&self.plugin, &self.halt, &module.info().imports, store, memory, imports);
        }
        Ok(InstantiationState::empty())
    }

    fn on_taint(&self, reason: TaintReason) {
        if let TaintReason::RuntimeError(error) = reason {
            self.stopper.stop(Error::from_engine(&error, Site::new(&self.plugin)));
        }
    }
}

/// Whether wasmer-wasix provides what is imported from there.
fn is_wasi(namespace: &str) -> bool {
    namespace.starts_with("wasi")
}
