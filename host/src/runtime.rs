//! What wasmer-wasix asks its host for, as one plugin gets it.

mod health;
mod tasks;

pub(crate) use health::Health;
use tasks::TaskManager;
pub(crate) use tasks::Tasks;

use crate::imports::HostFunctions;
use crate::{Engine, Error};
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
    engine: wasmer::Engine,
    tasks: Arc<dyn VirtualTaskManager>,
    network: DynVirtualNetworking,
    packages: Arc<MultiSource>,
    health: Arc<Health>,
}

impl PluginRuntime {
    pub(crate) fn new(
        plugin: &str,
        module: &crate::Module,
        tasks: Arc<Tasks>,
        health: Arc<Health>,
        functions: HostFunctions,
    ) -> Self {
        Self {
            plugin: plugin.into(),
            module: Some(module.clone()),
            functions,
            ..Self::bare(module.engine(), tasks, health)
        }
    }

    /// A runtime in which nothing runs.
    pub(crate) fn idle(engine: &Engine) -> Self {
        let health = Arc::new(Health::default());
        Self::bare(engine, Arc::new(Tasks::new("idle", engine, health.clone())), health)
    }

    fn bare(engine: &Engine, tasks: Arc<Tasks>, health: Arc<Health>) -> Self {
        Self {
            plugin: "idle".into(),
            module: None,
            functions: HostFunctions::default(),
            engine: engine.wasmer().clone(),
            tasks: Arc::new(TaskManager(tasks)),
            network: Arc::new(UnsupportedVirtualNetworking::default()),
            packages: Arc::new(MultiSource::new()),
            health,
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
        _module: &Module,
        store: &mut StoreMut,
        imports: &mut Imports,
    ) -> anyhow::Result<InstantiationState> {
        if let Some(module) = &self.module {
            let memory = imports.get_export("env", "memory").and_then(|memory| match memory {
                Extern::Memory(memory) => Some(memory),
                _ => None,
            });
            self.functions.define(&self.plugin, &module.info().imports, store, memory, imports);
        }
        Ok(InstantiationState::empty())
    }

    fn on_taint(&self, reason: TaintReason) {
        if let TaintReason::RuntimeError(error) = reason {
            self.health.die(Error::of_engine(&error, None));
        }
    }
}
