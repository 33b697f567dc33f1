//! How a manager is made.

use crate::error::ManagerError;
use crate::manager::{Manager, Plugins};
use crate::states::States;
use crate::supervisor;
use crate::surroundings::{Provide, Surroundings, provide};
use plugix_host::Engine;
use plugix_host::abi::interface::{Interface, Provider};
use plugix_host::plugin::Services;
use plugix_store::Disk;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use tokio::sync::broadcast;

/// How many events a slow listener may be behind.
const EVENTS: usize = 1024;

/// What a manager is made of.
pub struct ManagerBuilder {
    engine: Engine,
    provided: Vec<(String, Provide)>,
    services: Services,
    states: Option<PathBuf>,
    disk: Disk,
}

impl ManagerBuilder {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            provided: Vec::new(),
            services: Services::default(),
            states: None,
            disk: Disk::default(),
        }
    }

    /// Gives an interface of the host's to all plugins that want it.
    #[must_use]
    pub fn provide<I: Interface + ?Sized>(mut self, provider: Provider<I>) -> Self {
        self.provided.push(provide(provider));
        self
    }

    /// Gives services to all plugins.
    #[must_use]
    pub fn services(mut self, services: Services) -> Self {
        self.services = services;
        self
    }

    /// Keeps the plugins' states in this folder, so that they outlive the process.
    #[must_use]
    pub fn states(mut self, folder: impl Into<PathBuf>) -> Self {
        self.states = Some(folder.into());
        self
    }

    /// Sets what changes files.
    #[must_use]
    pub fn disk(mut self, disk: Disk) -> Self {
        self.disk = disk;
        self
    }

    /// Makes the manager.
    ///
    /// # Errors
    /// [`ManagerError::Io`] if the folder for states can't be made, or no thread can be started.
    pub fn build(self) -> Result<Manager, ManagerError> {
        let states = self.states.map(|folder| States::new(folder, self.disk)).transpose()?;
        let (supervisor, messages) = mpsc::channel();
        let plugins = Arc::<Plugins>::default();
        let (engine, provided, services) = (self.engine, self.provided, self.services);
        let happened = broadcast::Sender::new(EVENTS);
        supervisor::start(messages, &plugins).map_err(|source| ManagerError::Io {
            what: "start a thread for",
            file: PathBuf::from("plugix manager"),
            source,
        })?;
        let surroundings = Surroundings { engine, provided, services, states, happened, supervisor };
        Ok(Manager { surroundings: Arc::new(surroundings), plugins })
    }
}
