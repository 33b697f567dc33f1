//! Plugins of `plugix-host`: a pool of them as what is served, and as what a host of the fleet runs.
//!
//! ```no_run
//! use plugix_fleet::Fleet;
//! use plugix_fleet::host::Plugins;
//! use plugix_fleet::serve::Server;
//! use plugix_fleet::ship::{Host, Trust};
//! use plugix_host::Engine;
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fleet = Fleet::connect("nats://127.0.0.1:4222")?;
//! let server = Server::builder(&fleet, "host-1").build()?;
//! let trust = Trust::key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3".parse()?);
//! let host = Host::builder(&server, Arc::new(Plugins::new(&Engine::new()?))).trust(trust).start()?;
//! // … until it is time to leave:
//! host.stop();
//! # Ok(())
//! # }
//! ```

mod failures;
mod trace;

pub use trace::services;

use crate::serve::{Answer, Backend, Call, Outcome};
use crate::ship::{Release, Runner};
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use plugix_host::error::{CallError, Chain, LoadError};
use plugix_host::isolated::Isolation;
use plugix_host::plugin::{PluginBuilder, Wait};
use plugix_host::pool::{Instance, Pool};
use plugix_host::{Engine, Module, Plugin, Policy};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A pool, as what answers calls. A call that finds no free instance fails at once, and its caller asks another host.
#[derive(Debug)]
pub struct PoolBackend<P: Instance = Plugin> {
    pool: Pool<P>,
    descriptors: Bytes,
}

impl<P: Instance> PoolBackend<P> {
    /// A pool of this module's instances.
    pub fn new(module: &Module, pool: &Pool<P>) -> Arc<Self> {
        let descriptors = module.info().descriptors.clone().into();
        Arc::new(Self { pool: pool.wait(Wait::Never), descriptors })
    }
}

impl<P: Instance> Backend for PoolBackend<P> {
    fn descriptors(&self) -> Bytes {
        self.descriptors.clone()
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let pool = self.pool.clone();
        async move {
            let Call { method, args, deadline, trace, blocking, .. } = call;
            let calls = move |plugin: &P| {
                let _trace = trace::enter(trace);
                plugin.call_bytes_within(deadline, &method, &args)
            };
            match pool.run_on(|job| blocking.run(job), calls).await {
                Ok(value) => Ok(Answer::Value(value.into())),
                Err(CallError::Returned(error)) => Ok(Answer::Error(error.into())),
                Err(CallError::Failed(error)) => Err(failures::failure(&error)),
            }
        }
        .boxed()
    }
}

/// Starts the plugins of releases, each as a pool.
#[derive(Clone)]
pub struct Plugins {
    engine: Engine,
    folder: PathBuf,
    isolation: Option<Isolation>,
    prepare: Arc<Prepare>,
}

type Prepare = dyn Fn(&Release, PluginBuilder) -> PluginBuilder + Send + Sync;

impl Plugins {
    /// Plugins of this engine, which provides nothing to them but what their policies name.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            folder: PathBuf::from("."),
            isolation: None,
            prepare: Arc::new(|_, builder| builder),
        }
    }

    /// Sets the folder that relative paths in policies begin at. The default is the current one.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Runs each instance in a process of its own.
    #[must_use]
    pub fn isolated(mut self, isolation: &Isolation) -> Self {
        self.isolation = Some(isolation.clone());
        self
    }

    /// Sets what is given to each plugin before it starts: host functions, services, a tighter policy.
    #[must_use]
    pub fn prepare(
        mut self,
        prepare: impl Fn(&Release, PluginBuilder) -> PluginBuilder + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Arc::new(prepare);
        self
    }

    fn pool<P: Instance>(
        &self,
        release: &Release,
        module: &Module,
        start: impl Fn(PluginBuilder) -> Result<P, LoadError> + Send + Sync + 'static,
    ) -> Result<Arc<dyn Backend>, String> {
        let policy = Policy::from_toml_str(&release.policy, &self.folder).map_err(|error| Chain(&error).to_string())?;
        let (prepare, described, from) = (self.prepare.clone(), release.clone(), module.clone());
        let make = move || {
            let builder =
                Plugin::builder(&from).name(described.plugin.clone()).policy(policy.clone()).services(services());
            start(prepare(&described, builder))
        };
        // One instance is there from the beginning: it shows that the version starts.
        let pool = Pool::builder(&self.engine, make).min(1).max(release.instances).build();
        Ok(PoolBackend::new(module, &pool.map_err(|error| Chain(&error).to_string())?))
    }
}

impl Runner for Plugins {
    fn start(&self, release: &Release, module: &[u8]) -> Result<Arc<dyn Backend>, String> {
        let module = self.engine.load(module).map_err(|error| Chain(&error).to_string())?;
        match self.isolation.clone() {
            None => self.pool(release, &module, PluginBuilder::start),
            Some(isolation) => self.pool(release, &module, move |builder| builder.start_isolated(&isolation)),
        }
    }
}

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins").field("folder", &self.folder).finish_non_exhaustive()
    }
}
