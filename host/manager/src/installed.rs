//! Plugins that are installed in a folder, and run under what they were granted.

use crate::error::{ManagerError, ReloadError};
use crate::lock::lock;
use crate::policy::{GrantPolicyError, interfaces, policy};
use crate::versions::{Versions, Waiting};
use crate::{Managed, Manager, Reloaded, Spec};
use plugix_host::error::{LoadError, Refusal};
use plugix_host::{Module, Policy};
use plugix_store::grants::{Coverage, Grant, Grants, GrantsError, Origin, OriginError, Prompt, Subject};
use plugix_store::{ContentHash, OnProgress, Plugin, PluginName, Source, Store, StoreError, Updated};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use thiserror::Error as ThisError;

/// Plugins that are installed in a folder. Each runs under what somebody granted to this very module. Clones are cheap, and
/// all of them are the same.
#[derive(Clone, Debug)]
pub struct Installed(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) manager: Manager,
    pub(crate) store: Mutex<Store>,
    pub(crate) grants: Mutex<Grants>,
    pub(crate) versions: Mutex<Versions>,
    base: Base,
}

/// What each plugin may do without a grant.
type Base = Box<dyn Fn(&PluginName) -> Policy + Send + Sync>;

/// An installed plugin, and whether it may start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstalledPlugin {
    /// Its name.
    pub name: PluginName,
    /// Where it is from, and what it is.
    pub plugin: Plugin,
    /// What it was granted, and what it asks for beyond that. `None` if its module can't be used.
    pub coverage: Option<Coverage>,
    /// Its module. `None` if it can't be used.
    pub module: Option<Module>,
    /// Why its module can't be used.
    pub problem: Option<Arc<InstalledError>>,
    /// The running plugin, if it runs.
    pub running: Option<Managed>,
    /// The version that takes its place as soon as what that asks for is granted.
    pub waiting: Option<Waiting>,
}

/// Why an installed plugin doesn't run.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum InstalledError {
    /// The folder, a source or a signature.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it may do.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// Where it is from makes no name for its grant.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// What it was granted makes no policy.
    #[error("`{name}` was granted what this host can't allow")]
    Policy {
        /// The plugin.
        name: PluginName,
        /// What it is.
        #[source]
        error: GrantPolicyError,
    },
    /// It is no module that this host runs.
    #[error("`{name}` can't be loaded")]
    Load {
        /// The plugin.
        name: PluginName,
        /// Why.
        #[source]
        error: Box<LoadError>,
    },
    /// Neither what is installed nor what waits to be has this hash.
    #[error("`{name}` has no version {hash} any more: look at what it asks for now")]
    OtherVersion {
        /// The plugin.
        name: PluginName,
        /// The hash.
        hash: ContentHash,
    },
    /// It doesn't start.
    #[error(transparent)]
    Manager(#[from] ManagerError),
    /// It was not reloaded. What ran before goes on.
    #[error(transparent)]
    Reload(#[from] ReloadError),
}

/// What an update did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Update {
    /// What was installed before, and now.
    pub updated: Updated,
    /// How the running plugin was reloaded. `None` if it didn't run, or if nothing is new.
    pub reloaded: Option<Reloaded>,
}

impl Installed {
    /// Opens a folder. Nothing is started. What a plugin is granted comes on top of `base`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another program has the folder, and what is wrong with the files in it.
    pub fn open(folder: impl AsRef<Path>, manager: &Manager, base: Policy) -> Result<Self, InstalledError> {
        let store = Store::open(folder.as_ref())?;
        Self::with(store, manager, base)
    }

    /// Takes a store with settings of its own.
    ///
    /// # Errors
    /// What is wrong with the file of grants.
    pub fn with(store: Store, manager: &Manager, base: Policy) -> Result<Self, InstalledError> {
        Self::with_bases(store, manager, move |_| base.clone())
    }

    /// The same with a policy for each plugin, to which its grant is added.
    ///
    /// # Errors
    /// Those of [`Installed::with`].
    pub fn with_bases(
        store: Store,
        manager: &Manager,
        base: impl Fn(&PluginName) -> Policy + Send + Sync + 'static,
    ) -> Result<Self, InstalledError> {
        let grants = Mutex::new(store.grants()?);
        let (store, versions) = (Mutex::new(store), Mutex::default());
        Ok(Self(Arc::new(Shared { manager: manager.clone(), store, grants, versions, base: Box::new(base) })))
    }

    /// The manager that runs the plugins.
    pub fn manager(&self) -> &Manager {
        &self.0.manager
    }

    /// Installs a plugin, and starts nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add(
        &self,
        name: Option<&PluginName>,
        source: Source,
        progress: OnProgress<'_>,
    ) -> Result<(PluginName, Plugin), InstalledError> {
        // Nobody waits for the network.
        let fetching = lock(&self.0.store).fetching(name, source)?;
        let delivery = fetching.fetch(progress)?;
        Ok(lock(&self.0.store).add_delivery(&delivery)?)
    }

    /// The installed plugins, by name.
    pub fn list(&self) -> Vec<InstalledPlugin> {
        let plugins = lock(&self.0.store).list().clone();
        let entry = |(name, plugin): (PluginName, Plugin)| {
            let (seen, problem) = match self.look(&name, &plugin) {
                Ok(seen) => (Some(seen), None),
                Err(error) => (None, Some(Arc::new(error))),
            };
            let (module, coverage) = seen.unzip();
            let (running, waiting) = (self.0.manager.get(name.as_str()), self.waiting(&name));
            InstalledPlugin { name, plugin, coverage, module, problem, running, waiting }
        };
        plugins.into_iter().map(entry).collect()
    }

    /// An installed plugin: where it is from, and what it is.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`] if there is none of this name.
    pub fn plugin(&self, name: &PluginName) -> Result<Plugin, StoreError> {
        lock(&self.0.store).plugin(name).cloned()
    }

    /// Starts an installed plugin under its grant. Requests that nobody has answered go to the prompt, and what it says is
    /// kept. `adjust` sets how the plugin is run; its policy is what was granted.
    ///
    /// # Errors
    /// [`GrantsError::Refused`] if the plugin needs what was refused, and why it doesn't start.
    pub fn start(
        &self,
        name: &PluginName,
        prompt: &mut dyn Prompt,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Managed, InstalledError> {
        let plugin = self.plugin(name)?;
        let spec = self.granted(name, &plugin, prompt, adjust)?;
        Ok(self.0.manager.start(spec)?)
    }

    /// Fetches a newer version of a plugin. What the newer version asks for in addition goes to the prompt. If the plugin
    /// runs, it is reloaded. If any step fails, the version that was there stays installed, and goes on running.
    ///
    /// # Errors
    /// As for [`Installed::start`], and [`ReloadError`].
    pub fn update(
        &self,
        name: &PluginName,
        progress: OnProgress<'_>,
        prompt: &mut dyn Prompt,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Update, InstalledError> {
        let fetching = lock(&self.0.store).fetching_newer(name)?;
        let delivery = fetching.fetch(progress)?;
        let updated = lock(&self.0.store).keep_newer(name, &delivery)?;
        if updated.before == updated.after {
            return Ok(Update { updated, reloaded: None });
        }
        let spec = self.granted(name, &updated.after, prompt, adjust)?;
        let accept = || lock(&self.0.store).accept(name, &updated);
        if self.0.manager.get(name.as_str()).is_none() {
            accept()?;
            return Ok(Update { updated, reloaded: None });
        }
        // What is installed is what runs, at any moment.
        let mut agree = || accept().map_err(|error| Arc::new(error) as Arc<Refusal>);
        let reloaded = Some(self.0.manager.reload_if(spec, &mut agree)?);
        Ok(Update { updated, reloaded })
    }

    /// Takes back what a plugin was granted, in all its versions, and stops it.
    ///
    /// # Errors
    /// [`ManagerError::InUse`] if other plugins call it. Then nothing is taken back.
    pub fn revoke(&self, name: &PluginName) -> Result<(), InstalledError> {
        let plugin = self.plugin(name)?;
        self.stop(name)?;
        lock(&self.0.grants).forget(&Origin::of(name, &plugin.source)?)?;
        Ok(lock(&self.0.store).set_grant(name, None)?)
    }

    /// Stops a plugin if it runs, and removes it. Its grant and its state are forgotten. They go first, so that a removal that
    /// breaks off leaves nothing to a later plugin of this name: it can be made again.
    ///
    /// # Errors
    /// [`ManagerError::InUse`] if other plugins call it. Then nothing is removed.
    pub fn remove(&self, name: &PluginName) -> Result<(), InstalledError> {
        self.revoke(name)?;
        self.0.manager.forget_state(name.as_str())?;
        lock(&self.0.store).remove(name)?;
        self.waits_no_more(name);
        Ok(())
    }

    /// Stops a plugin if it runs. It stays installed, and keeps its grant.
    ///
    /// # Errors
    /// [`ManagerError::InUse`] if other plugins call it.
    pub fn stop(&self, name: &PluginName) -> Result<(), ManagerError> {
        match self.0.manager.stop(name.as_str()) {
            Err(ManagerError::Unknown { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The module of a version, if it is signed as the folder's policy says.
    pub(crate) fn load(&self, name: &PluginName, plugin: &Plugin) -> Result<Module, InstalledError> {
        let bytes = lock(&self.0.store).trusted_module(plugin)?;
        let loaded = self.0.manager.engine().load(bytes);
        loaded.map_err(|error| InstalledError::Load { name: name.clone(), error: Box::new(error) })
    }

    /// What is to run: a module, and what this very module was granted.
    fn granted(
        &self,
        name: &PluginName,
        plugin: &Plugin,
        prompt: &mut dyn Prompt,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Spec, InstalledError> {
        let module = self.load(name, plugin)?;
        let origin = Origin::of(name, &plugin.source)?;
        let version = plugin.version.as_deref().unwrap_or_default();
        let requests = &module.info().requests;
        let subject = Subject { name: name.as_str(), version, origin: &origin, hash: &plugin.hash, requests };
        let grant = Grants::decide_shared(&self.0.grants, &subject, prompt)?;
        self.spec(name, &module, &grant, adjust)
    }

    /// What is to run under a grant.
    pub(crate) fn spec(
        &self,
        name: &PluginName,
        module: &Module,
        grant: &Grant,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Spec, InstalledError> {
        let allowed = policy(grant, &(self.0.base)(name));
        let allowed = allowed.map_err(|error| InstalledError::Policy { name: name.clone(), error })?;
        // What the caller sets is how the plugin runs, and not what it may do.
        let spec = adjust(Spec::new(name.as_str(), module)).policy(allowed);
        Ok(interfaces(grant).fold(spec, |spec, (interface, _)| spec.may_call(interface)))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installed").field("store", &self.store).field("grants", &self.grants).finish_non_exhaustive()
    }
}
