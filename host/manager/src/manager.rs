//! The plugins of an application, by name.

use crate::error::{LinkError, ManagerError, ReloadError, ReloadStep};
use crate::lock::lock;
use crate::managed::Managed;
use crate::order::{Links, Node, order};
use crate::reload::{Reloaded, version};
use crate::spec::Spec;
use crate::states::States;
use crate::status::{Happened, Status, What};
use crate::supervisor::{self, Message};
use crate::surroundings::{Provide, Providers, Surroundings, provide};
use plugix_host::Engine;
use plugix_host::abi::interface::{Interface, Provider};
use plugix_host::plugin::Services;
use plugix_store::PluginName;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::broadcast;

/// How many events a slow listener may be behind.
const EVENTS: usize = 1024;

/// Keeps the plugins of an application: starts them in the right order, links them, starts them again when they die, and
/// reloads them with their state. Clones are cheap, and all of them are the same.
#[derive(Clone, Debug)]
pub struct Manager {
    surroundings: Arc<Surroundings>,
    plugins: Arc<Plugins>,
}

/// The plugins that are kept.
#[derive(Debug, Default)]
pub(crate) struct Plugins {
    all: Mutex<BTreeMap<String, Managed>>,
    /// Who starts, stops or reloads plugins holds this: the names and links stay what they are meanwhile.
    changing: Mutex<()>,
}

/// What a manager is made of.
pub struct ManagerBuilder {
    engine: Engine,
    provided: Vec<(String, Provide)>,
    services: Services,
    states: Option<PathBuf>,
}

impl Manager {
    /// Prepares a manager.
    pub fn builder(engine: &Engine) -> ManagerBuilder {
        ManagerBuilder { engine: engine.clone(), provided: Vec::new(), services: Services::default(), states: None }
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
        let reloaded = managed.0.reload(spec.clone(), links)?;
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

    fn providers(&self, links: Links, started: &BTreeMap<String, Managed>) -> Result<Providers, ManagerError> {
        let find = |(interface, name): (String, String)| {
            let provider = started.get(&name).cloned().or_else(|| self.get(&name));
            let provider = provider.ok_or_else(|| ManagerError::Unknown { name: name.clone() })?;
            match provider.replaceable() {
                Some(_) => Ok((interface, provider)),
                None => Err(ManagerError::Mode { name, pooled: true }),
            }
        };
        links.into_iter().map(find).collect()
    }

    /// Refuses links by which a plugin would call itself through others.
    fn check_circle(&self, name: &str, links: &Links) -> Result<(), LinkError> {
        let mut path = vec![name.to_owned()];
        for provider in links.values() {
            self.follow(name, provider, &mut path)?;
        }
        Ok(())
    }

    fn follow(&self, name: &str, at: &str, path: &mut Vec<String>) -> Result<(), LinkError> {
        path.push(at.to_owned());
        if at == name {
            return Err(LinkError::Circle { plugins: std::mem::take(path) });
        }
        let Some(plugin) = self.get(at) else { return Ok(()) };
        let next: Vec<_> = lock(&plugin.0.known).links.iter().map(|(_, next)| next.clone()).collect();
        next.iter().try_for_each(|next| self.follow(name, next, path))?;
        path.pop();
        Ok(())
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

impl ManagerBuilder {
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

    /// Makes the manager.
    ///
    /// # Errors
    /// [`ManagerError::Io`] if the folder for states can't be made, or no thread can be started.
    pub fn build(self) -> Result<Manager, ManagerError> {
        let states = self.states.map(States::new).transpose()?;
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

/// Whether a name can be that of a file.
fn check_name(name: &str) -> Result<(), ManagerError> {
    name.parse::<PluginName>()?;
    Ok(())
}
