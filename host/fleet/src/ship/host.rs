//! A host: the loop that takes what is its own from the bucket, and runs it.

mod controller;
mod exchange;
mod known;
mod plan;
mod report;
mod view;

use super::error::ShipError;
use super::health::Health;
use super::release::Release;
use super::trust::Trust;
use crate::serve::{Backend, Server};
use controller::Controller;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Starts plugins. The host has checked the release and the module.
pub trait Runner: Send + Sync + 'static {
    /// Starts a plugin. It may block.
    ///
    /// # Errors
    /// Why it does not start. The host says so to the fleet, and keeps the version before.
    fn start(&self, release: &Release, module: &[u8]) -> Result<Arc<dyn Backend>, String>;
}

/// A host that runs. Dropping it ends its plugins at once; [`Host::stop`] lets their calls finish.
#[derive(Debug)]
pub struct Host {
    server: Server,
    health: Arc<Mutex<Health>>,
    end: CancellationToken,
    task: Option<JoinHandle<()>>,
}

/// A host that is about to run.
pub struct HostBuilder {
    server: Server,
    runner: Arc<dyn Runner>,
    trust: Trust,
    patience: Duration,
}

impl Host {
    /// Prepares a host that serves by `server` what `runner` starts.
    pub fn builder(server: &Server, runner: Arc<dyn Runner>) -> HostBuilder {
        HostBuilder { server: server.clone(), runner, trust: Trust::default(), patience: Duration::from_secs(30) }
    }

    /// What the host says of itself.
    pub fn health(&self) -> Health {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes no more calls, lets those that run finish for as long as the builder says, and leaves the fleet.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn stop(mut self) {
        self.end.cancel();
        if let Some(task) = self.task.take() {
            let _ = self.server.fleet.block_on(task);
        }
    }
}

impl HostBuilder {
    /// Sets whose releases the host runs. By default it runs none.
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Sets how long the calls of a version that goes may take until they are ended. The default is 30 seconds.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// Starts the host.
    ///
    /// # Errors
    /// [`ShipError::HostTaken`] if another host has the name, [`ShipError::Bucket`] if the buckets can't be used.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn start(self) -> Result<Host, ShipError> {
        let Self { server, runner, trust, patience } = self;
        let end = CancellationToken::new();
        let controller = Controller::new(server.clone(), runner, trust, patience);
        let controller = server.fleet.block_on(controller)?;
        let health = controller.health();
        let task = server.fleet.shared.connection.handle().spawn(controller.run(end.clone()));
        Ok(Host { server, health, end, task: Some(task) })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl fmt::Debug for HostBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostBuilder").field("server", &self.server).finish_non_exhaustive()
    }
}
