//! Stock wasmer with wasmer-wasix, and the same C ABI. It has threads, and no deadlines.

use super::wasmer::{Started, engine, host, module};
use crate::guests::Guests;
use crate::system::{Instance, System};
use anyhow::{Context as _, Result};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmer::{Engine, Module, Store};
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::runtime::{InstantiationHook, InstantiationState};
use wasmer_wasix::{PluggableRuntime, WasiEnvBuilder};

pub(crate) struct Wasix {
    module: Module,
    engine: Engine,
    runtime: Arc<PluggableRuntime>,
    io: Runtime,
}

/// Gives the host's function to each instance, threads included.
#[derive(Debug)]
struct HostFunction;

impl InstantiationHook for HostFunction {
    fn additional_imports(
        &self,
        _module: &Module,
        store: &mut wasmer::StoreMut,
    ) -> Result<(wasmer::Imports, InstantiationState)> {
        Ok((host(store), InstantiationState::empty()))
    }
}

impl System for Wasix {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let engine = engine();
        let module = module(&engine, &guests.wasix, cache)?;
        let io = Runtime::new()?;
        let entered = io.enter();
        let mut runtime = PluggableRuntime::new(Arc::new(TokioTaskManager::new(io.handle().clone())));
        runtime.set_engine(engine.clone()).with_instantiation_hook(HostFunction);
        drop(entered);
        Ok(Some(Self { module, engine, runtime: Arc::new(runtime), io }))
    }

    fn start(&self, _limit: Duration) -> Result<impl Instance> {
        let _io = self.io.enter();
        let mut store = Store::new(self.engine.clone());
        let builder = WasiEnvBuilder::new("work").runtime(self.runtime.clone());
        let (instance, env) = builder.instantiate(self.module.clone(), &mut store)?;
        let memory = env.data(&store).try_memory().context("no memory")?.clone();
        Started::new(store, &instance, memory, true)
    }
}
