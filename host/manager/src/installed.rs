//! Plugins that are installed in a folder, and run under what they were granted.

use crate::error::{ManagerError, ReloadError};
use crate::lock::lock;
use crate::policy::{GrantPolicyError, interfaces, policy};
use crate::{Managed, Manager, Reloaded, Spec};
use plugix_host::error::{LoadError, Refusal};
use plugix_host::{Module, Policy};
use plugix_store::grants::{Coverage, Grants, GrantsError, Origin, OriginError, Prompt, Subject};
use plugix_store::{OnProgress, Plugin, PluginName, Source, Store, StoreError, Updated};
use std::path::Path;
use std::sync::{Arc, Mutex};
use thiserror::Error as ThisError;

/// The file of grants in the folder.
const GRANTS: &str = "grants.toml";

/// Plugins that are installed in a folder. Each runs under what somebody granted to this very module. Clones are cheap, and
/// all of them are the same.
#[derive(Clone, Debug)]
pub struct Installed(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    manager: Manager,
    store: Mutex<Store>,
    grants: Mutex<Grants>,
    base: Policy,
}

/// An installed plugin, and whether it may start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstalledPlugin {
    /// Its name.
    pub name: PluginName,
    /// Where it is from, and what it is.
    pub plugin: Plugin,
    /// What it was granted, and what it asks for beyond that. `None` if its module can't be read.
    pub coverage: Option<Coverage>,
    /// The running plugin, if it runs.
    pub running: Option<Managed>,
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
        let grants = Grants::open_on(store.home().join(GRANTS), store.disk().clone())?;
        let (store, grants) = (Mutex::new(store), Mutex::new(grants));
        Ok(Self(Arc::new(Shared { manager: manager.clone(), store, grants, base })))
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
        let entry = |(name, plugin): (PluginName, Plugin)| InstalledPlugin {
            coverage: self.coverage(&name, &plugin).ok(),
            running: self.0.manager.get(name.as_str()),
            name,
            plugin,
        };
        plugins.into_iter().map(entry).collect()
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
        let plugin = lock(&self.0.store).plugin(name)?.clone();
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
        let plugin = lock(&self.0.store).plugin(name)?.clone();
        self.stop(name)?;
        lock(&self.0.grants).forget(&origin(name, &plugin.source)?)?;
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
        Ok(())
    }

    fn stop(&self, name: &PluginName) -> Result<(), ManagerError> {
        match self.0.manager.stop(name.as_str()) {
            Err(ManagerError::Unknown { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn load(&self, name: &PluginName, plugin: &Plugin) -> Result<Module, InstalledError> {
        let bytes = lock(&self.0.store).module(&plugin.hash)?;
        let loaded = self.0.manager.engine().load(bytes);
        loaded.map_err(|error| InstalledError::Load { name: name.clone(), error: Box::new(error) })
    }

    fn coverage(&self, name: &PluginName, plugin: &Plugin) -> Result<Coverage, InstalledError> {
        let module = self.load(name, plugin)?;
        let origin = origin(name, &plugin.source)?;
        Ok(lock(&self.0.grants).check(&origin, &plugin.hash, &module.info().requests))
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
        let origin = origin(name, &plugin.source)?;
        let version = plugin.version.as_deref().unwrap_or_default();
        let requests = &module.info().requests;
        let subject = Subject { name: name.as_str(), version, origin: &origin, hash: &plugin.hash, requests };
        let grant = Grants::decide_shared(&self.0.grants, &subject, prompt)?;
        let allowed = policy(&grant, &self.0.base);
        let allowed = allowed.map_err(|error| InstalledError::Policy { name: name.clone(), error })?;
        // What the caller sets is how the plugin runs, and not what it may do.
        let spec = adjust(Spec::new(name.as_str(), &module)).policy(allowed);
        Ok(interfaces(&grant).fold(spec, |spec, (interface, _)| spec.may_call(interface)))
    }
}

/// Where a plugin is from, without its version.
fn origin(name: &PluginName, source: &Source) -> Result<Origin, OriginError> {
    let place = match source {
        Source::Url { url, .. } => url.to_string(),
        Source::Oci(reference) => format!("oci://{}/{}", reference.registry(), reference.repository()),
        // A folder has several plugins, and what one was granted is no other's.
        Source::Folder(_) => format!("{source} {name}"),
        _ => source.to_string(),
    };
    place.parse()
}
