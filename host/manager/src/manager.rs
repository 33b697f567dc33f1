//! The plugins of an application, by name.

use crate::error::{ManagerError, ReloadError, ReloadStep};
use crate::lock::lock;
use crate::managed::Managed;
use crate::manager_builder::ManagerBuilder;
use crate::order::{Node, order};
use crate::reload::{Agree, Reloaded, version};
use crate::spec::Spec;
use crate::status::{Happened, Status, What};
use crate::supervisor::Message;
use crate::surroundings::Surroundings;
use plugix_host::Engine;
use plugix_store::PluginName;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;

/// Keeps the plugins of an application: starts them in the right order, links them, starts them again when they die, and
/// reloads them with their state. Clones are cheap, and all of them are the same.
#[derive(Clone, Debug)]
pub struct Manager {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) plugins: Arc<Plugins>,
}

/// The plugins that are kept.
#[derive(Debug, Default)]
pub(crate) struct Plugins {
    all: Mutex<BTreeMap<String, Managed>>,
    /// Who starts, stops or reloads plugins holds this: the names and links stay what they are meanwhile.
    changing: Mutex<()>,
}

impl Manager {
    /// Prepares a manager.
    pub fn builder(engine: &Engine) -> ManagerBuilder {
        ManagerBuilder::new(engine)
    }

    /// Starts a plugin.
    ///
    /// # Errors
    /// As for [`Manager::start_all`].
    pub fn start(&self, spec: Spec) -> Result<Managed, ManagerError> {
        let mut started = self.start_all(vec![spec])?;
        Ok(started.remove(0))
    }

    /// Starts plugins, each after those that it calls. If one doesn't start, none is kept.
    ///
    /// An interface that a plugin wants is the host's, if the host provides it, or else that of the one plugin that
    /// implements it. When that plugin dies, the plugins that call it live on: their calls wait while it is started again,
    /// and fail when it is given up.
    ///
    /// # Errors
    /// [`ManagerError::Exists`] if there is one of the name. [`ManagerError::Link`] if an interface is missing, wasn't
    /// granted, or if plugins need each other in a circle. [`ManagerError::Start`] if one doesn't start, and
    /// [`ManagerError::State`] if one can't go on with the state that was kept.
    pub fn start_all(&self, specs: Vec<Spec>) -> Result<Vec<Managed>, ManagerError> {
        let _alone = lock(&self.plugins.changing);
        for (at, spec) in specs.iter().enumerate() {
            check_name(&spec.name)?;
            if self.plugins.get(&spec.name).is_some() || specs[..at].iter().any(|other| other.name == spec.name) {
                return Err(ManagerError::Exists { name: spec.name.clone() });
            }
        }
        let new: Vec<_> = specs.iter().map(|spec| self.surroundings.node(spec)).collect();
        let order = order(&new, &self.plugins.nodes())?;
        let mut started = BTreeMap::new();
        for (at, links) in order {
            let links = self.providers(links, &started)?;
            let plugin = Managed::start(&self.surroundings, specs[at].clone(), links)?;
            started.insert(specs[at].name.clone(), plugin);
        }
        lock(&self.plugins.all).extend(started.iter().map(|(name, plugin)| (name.clone(), plugin.clone())));
        for spec in &specs {
            self.surroundings.tell(&spec.name, What::Started { version: version(spec.module.info()) });
            self.watch(spec);
        }
        Ok(specs.iter().map(|spec| started[&spec.name].clone()).collect())
    }

    /// Reloads a plugin: another version, another policy or another configuration. The new instance is started beside the
    /// old one. If the plugin has a state, the old instance's calls end, its state is saved, and the new instance takes it
    /// over. Calls that come meanwhile wait for the new one. If a step fails, the old instance goes on.
    ///
    /// # Errors
    /// [`ReloadError`] names the step that failed.
    pub fn reload(&self, spec: Spec) -> Result<Reloaded, ReloadError> {
        self.reload_if(spec, &mut || Ok(()))
    }

    /// Does the same, and has somebody write it down when nothing else can fail.
    pub(crate) fn reload_if(&self, spec: Spec, agree: Agree<'_>) -> Result<Reloaded, ReloadError> {
        let failed = |step| ReloadError { name: spec.name.clone(), step };
        let links = {
            let _alone = lock(&self.plugins.changing);
            let others: Vec<_> = self.plugins.nodes().into_iter().filter(|node| node.name != spec.name).collect();
            let node = self.surroundings.node(&spec);
            // A circle can come with the new version: the others call it already.
            let links = order(&[node], &others).map_err(|error| failed(ReloadStep::Link(error)))?;
            let links = links.into_iter().next().map(|(_, links)| links).unwrap_or_default();
            self.check_circle(&spec.name, &links).map_err(|error| failed(ReloadStep::Link(error)))?;
            let start = |error| failed(ReloadStep::Start(Box::new(error)));
            self.providers(links, &BTreeMap::new()).map_err(start)?
        };
        let managed = self.get(&spec.name).ok_or_else(|| {
            let error = ManagerError::Unknown { name: spec.name.clone() };
            failed(ReloadStep::Start(Box::new(error)))
        })?;
        let reloaded = managed.0.reload(spec.clone(), links, agree)?;
        self.watch(&spec);
        Ok(reloaded)
    }

    /// Stops a plugin, and forgets it. Its calls may end first, for as long as the spec says.
    ///
    /// # Errors
    /// [`ManagerError::Unknown`] if there is none of the name. [`ManagerError::InUse`] if others call it.
    pub fn stop(&self, name: &str) -> Result<(), ManagerError> {
        let alone = lock(&self.plugins.changing);
        let managed = self.get(name).ok_or_else(|| ManagerError::Unknown { name: name.to_owned() })?;
        let calls =
            |plugin: &Managed| lock(&plugin.0.current).links.iter().any(|(_, provider)| provider.name() == name);
        let by: Vec<_> =
            self.all().iter().filter(|plugin| calls(plugin)).map(|plugin| plugin.name().to_owned()).collect();
        if !by.is_empty() {
            return Err(ManagerError::InUse { name: name.to_owned(), by });
        }
        lock(&self.plugins.all).remove(name);
        self.watch_none(name);
        // Others start and stop plugins while the calls of this one end.
        drop(alone);
        managed.stop();
        Ok(())
    }

    /// Deletes the state that is kept of a plugin.
    ///
    /// # Errors
    /// [`ManagerError::Io`] if the file can't be deleted.
    pub fn forget_state(&self, name: &str) -> Result<(), ManagerError> {
        check_name(name)?;
        self.surroundings.states.as_ref().map_or(Ok(()), |states| states.forget(name))
    }

    /// The plugin of this name.
    pub fn get(&self, name: &str) -> Option<Managed> {
        self.plugins.get(name)
    }

    /// All plugins, by name.
    pub fn all(&self) -> Vec<Managed> {
        lock(&self.plugins.all).values().cloned().collect()
    }

    /// How all plugins are, by name.
    pub fn status(&self) -> Vec<Status> {
        self.all().iter().map(Managed::status).collect()
    }

    /// What happens to all plugins from now on. A listener that is more than 1,024 events behind loses the oldest, and is
    /// told how many.
    pub fn subscribe(&self) -> broadcast::Receiver<Happened> {
        self.surroundings.happened.subscribe()
    }

    /// The engine of all plugins.
    pub fn engine(&self) -> &Engine {
        &self.surroundings.engine
    }

    fn watch(&self, spec: &Spec) {
        let watch = Message::Watch { plugin: spec.name.clone(), checkpoint: spec.checkpoint };
        // The supervisor lives as long as the manager.
        let _ = self.surroundings.supervisor.send(watch);
    }

    fn watch_none(&self, name: &str) {
        let _ = self.surroundings.supervisor.send(Message::Watch { plugin: name.to_owned(), checkpoint: None });
    }
}

impl Plugins {
    pub(crate) fn get(&self, name: &str) -> Option<Managed> {
        lock(&self.all).get(name).cloned()
    }

    fn nodes(&self) -> Vec<Node> {
        lock(&self.all).values().map(|plugin| lock(&plugin.0.known).node.clone()).collect()
    }
}

/// Whether a name can be that of a file.
fn check_name(name: &str) -> Result<(), ManagerError> {
    name.parse::<PluginName>()?;
    Ok(())
}
