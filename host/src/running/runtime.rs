//! What wasmer-wasix asks its host for, as one plugin gets it.

use super::imports::{self, Caller, HostFunctions};
use super::newest;
use super::quota::Stores;
use super::system_calls::SystemCalls;
use super::tasks::{TaskManager, Tasks};
use crate::error::{Error, Site};
use crate::stop::{Stopper, Target};
use plugix_module::ModuleInfo;
use std::sync::Arc;
use tokio::runtime::Handle;
use wasmer::{Extern, Imports, Instance, Memory, Module, SharedMemory, StoreMut};
use wasmer_wasix::runtime::resolver::{MultiSource, Source};
use wasmer_wasix::runtime::{InstantiationState, TaintReason};
use wasmer_wasix::virtual_net::{DynVirtualNetworking, UnsupportedVirtualNetworking};
use wasmer_wasix::{Runtime, VirtualTaskManager};

/// The runtime of one plugin. The plugin has its own threads and health, and shares nothing but the engine.
#[derive(Debug)]
pub(crate) struct PluginRuntime {
    stores: Stores,
    tasks: Arc<dyn VirtualTaskManager>,
    /// There is none: a plugin has sockets from `system_calls`.
    network: DynVirtualNetworking,
    packages: Arc<MultiSource>,
    stopper: Arc<Stopper>,
    /// What the plugin's instances are linked with. `None` in a runtime in which nothing runs.
    links: Option<Links>,
}

/// What the instances of a plugin are linked with, besides what wasmer-wasix provides to all.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) plugin: Arc<str>,
    pub(super) module: Arc<ModuleInfo>,
    pub(super) functions: HostFunctions,
    pub(super) system_calls: SystemCalls,
}

impl PluginRuntime {
    pub(super) fn new(stores: Stores, tasks: Arc<Tasks>, links: Links) -> Self {
        Self { links: Some(links), ..Self::bare(stores, tasks) }
    }

    /// A runtime in which nothing runs.
    pub(crate) fn idle(engine: wasmer::Engine, io: &Handle) -> Self {
        let stores = Stores::idle(engine);
        let stopper = Stopper::new();
        Self::bare(stores.clone(), Arc::new(Tasks::new("idle", io, stores, stopper, 0)))
    }

    fn bare(stores: Stores, tasks: Arc<Tasks>) -> Self {
        Self {
            stores,
            stopper: tasks.stopper().clone(),
            tasks: Arc::new(TaskManager(tasks)),
            network: Arc::new(UnsupportedVirtualNetworking::default()),
            packages: Arc::new(MultiSource::new()),
            links: None,
        }
    }
}

impl Links {
    /// Defines the links among the imports of an instance in `store`.
    fn define(
        &self,
        module: &Module,
        store: &mut StoreMut<'_>,
        imports: &mut Imports,
        stopper: &Arc<Stopper>,
    ) -> anyhow::Result<()> {
        self.system_calls.apply(module, store, imports, stopper);
        let Some(Extern::Memory(memory)) = imports.get_export("env", "memory") else { return Ok(()) };
        if let Some(shared) = memory.as_shared(store) {
            stopper.attach(Arc::new(Waits(shared)));
        }
        let caller = Caller { plugin: &self.plugin, halt: stopper.halt(), memory };
        self.functions.define(caller, &self.module.imports, store, imports);
        Ok(())
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
        self.stores.engine().clone()
    }

    fn new_store(&self) -> wasmer::Store {
        self.stores.new_store()
    }

    fn configure_new_instance(
        &self,
        _module: &Module,
        store: &mut StoreMut,
        instance: &Instance,
        _imported_memory: Option<&Memory>,
        _state: InstantiationState,
    ) -> anyhow::Result<()> {
        imports::link(store, instance);
        newest::keep(store, instance);
        Ok(())
    }

    fn prepare_imports(
        &self,
        module: &Module,
        store: &mut StoreMut,
        imports: &mut Imports,
    ) -> anyhow::Result<InstantiationState> {
        if let Some(links) = &self.links {
            links.define(module, store, imports, &self.stopper)?;
        }
        Ok(InstantiationState::empty())
    }

    fn on_taint(&self, reason: TaintReason) {
        if let TaintReason::RuntimeError(error) = reason {
            self.stopper
                .stop_for(|| Error::from_engine(&error, Site::new(self.stopper.plugin()), self.stopper.symbols()));
        }
    }
}

/// The waits of a plugin's threads in the plugin's memory.
struct Waits(SharedMemory);

impl Target for Waits {
    fn kill(&self) {
        if let Err(error) = self.0.disable_atomics() {
            tracing::error!(%error, "the plugin's waits can't be ended");
        }
    }
}
