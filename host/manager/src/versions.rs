//! Versions of installed plugins that nobody is asked about: each runs as soon as what it asks for was granted, and waits
//! until then. An application whose people answer later, on a page or in a window, keeps its plugins so.

use crate::lock::lock;
use crate::{Installed, InstalledError, Spec};
use plugix_host::Module;
use plugix_host::error::{LoadError, Refusal};
use plugix_store::grants::{Coverage, Grant, Origin};
use plugix_store::{ContentHash, OnProgress, Plugin, PluginName, Source};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A version that takes the place of what is installed when what it asks for is granted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Waiting {
    /// What it is.
    pub plugin: Plugin,
    /// Its module.
    pub module: Module,
    /// What of its requests is answered.
    pub coverage: Coverage,
}

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// It is installed, and runs.
    Runs,
    /// It waits for an answer. If there was another version, that one is as it was.
    Waits,
}

/// What is remembered of versions: those that wait, and the modules of all of them, so that each is compiled once.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    waiting: BTreeMap<PluginName, Plugin>,
    modules: HashMap<ContentHash, Module>,
}

impl Installed {
    /// Fetches a plugin, or a newer version of one, asks nobody, and runs it if what it asks for was granted. If something
    /// runs, it is reloaded. What isn't granted waits: a first version is installed and doesn't run; a newer one is
    /// remembered, and what is installed goes on. After a restart, the same call finds again what waits.
    ///
    /// If any step fails, what was installed before is so still, and goes on running.
    ///
    /// # Errors
    /// [`InstalledError`].
    pub fn install(
        &self,
        name: Option<&PluginName>,
        source: Source,
        progress: OnProgress<'_>,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<(PluginName, Settled), InstalledError> {
        // Nobody waits for the network.
        let fetching = lock(&self.0.store).fetching(name, source)?;
        let delivery = fetching.fetch(progress)?;
        let (name, version) = lock(&self.0.store).keep_delivery(&delivery)?;
        let settled = self.settle(&name, &version, adjust);
        if settled.is_ok() {
            // What came last is what counts.
            lock(&self.0.versions).waiting.retain(|other, waiting| *other != name || waiting.hash == version.hash);
        }
        self.forget_modules();
        Ok((name, settled?))
    }

    /// Starts what is installed, or puts a new instance in the place of the one that runs, if what it asks for is granted.
    /// Nobody is asked. What runs and isn't granted any more is stopped.
    ///
    /// # Errors
    /// [`InstalledError`].
    pub fn resume(&self, name: &PluginName, adjust: impl FnOnce(Spec) -> Spec) -> Result<Settled, InstalledError> {
        let version = self.plugin(name)?;
        self.settle(name, &version, adjust)
    }

    /// Keeps what a version is granted, in the place of what it was granted before, and runs it if that is enough. The
    /// version with this hash is the one that is installed, or the one that waits.
    ///
    /// # Errors
    /// [`InstalledError::OtherVersion`] if neither has this hash: another one came meanwhile. If the version doesn't start,
    /// the grant is kept nevertheless.
    pub fn grant(
        &self,
        name: &PluginName,
        hash: &ContentHash,
        grant: Grant,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Settled, InstalledError> {
        let version = self.version(name, hash)?;
        lock(&self.0.grants).set(&Origin::of(name, &version.source)?, hash, grant)?;
        let settled = self.settle(name, &version, adjust);
        self.forget_modules();
        settled
    }

    /// The module of a version: of the one that is installed, or of the one that waits. It was checked, and nothing of it
    /// was run.
    ///
    /// # Errors
    /// [`InstalledError::OtherVersion`] if neither has this hash, and what is wrong with the module.
    pub fn module(&self, name: &PluginName, hash: &ContentHash) -> Result<Module, InstalledError> {
        let version = self.version(name, hash)?;
        self.read(name, &version)
    }

    pub(crate) fn waiting(&self, name: &PluginName) -> Option<Waiting> {
        let plugin = lock(&self.0.versions).waiting.get(name).cloned()?;
        if self.plugin(name).is_ok_and(|installed| installed.hash == plugin.hash) {
            return None; // an update has brought it
        }
        let (module, coverage) = self.look(name, &plugin).ok()?;
        Some(Waiting { plugin, module, coverage })
    }

    pub(crate) fn waits_no_more(&self, name: &PluginName) {
        lock(&self.0.versions).waiting.remove(name);
        self.forget_modules();
    }

    /// A version's module, and what of its requests is answered.
    pub(crate) fn look(&self, name: &PluginName, version: &Plugin) -> Result<(Module, Coverage), InstalledError> {
        let module = self.read(name, version)?;
        let origin = Origin::of(name, &version.source)?;
        let coverage = lock(&self.0.grants).check(&origin, &version.hash, &module.info().requests);
        Ok((module, coverage))
    }

    fn version(&self, name: &PluginName, hash: &ContentHash) -> Result<Plugin, InstalledError> {
        let installed = self.plugin(name)?;
        let waiting = lock(&self.0.versions).waiting.get(name).cloned();
        let found = waiting.into_iter().chain([installed]).find(|version| version.hash == *hash);
        found.ok_or_else(|| InstalledError::OtherVersion { name: name.clone(), hash: *hash })
    }

    fn read(&self, name: &PluginName, version: &Plugin) -> Result<Module, InstalledError> {
        if let Some(module) = lock(&self.0.versions).modules.get(&version.hash) {
            return Ok(module.clone());
        }
        let module = self.load(name, version)?;
        lock(&self.0.versions).modules.insert(version.hash, module.clone());
        Ok(module)
    }

    /// Forgets the modules that no version has any more.
    fn forget_modules(&self) {
        let mut hashes: HashSet<_> = lock(&self.0.store).list().values().map(|plugin| plugin.hash).collect();
        let mut versions = lock(&self.0.versions);
        hashes.extend(versions.waiting.values().map(|plugin| plugin.hash));
        versions.modules.retain(|hash, _| hashes.contains(hash));
    }

    /// Runs a version if its grant covers what it asks for. What is broken is known before anything is changed.
    fn settle(
        &self,
        name: &PluginName,
        version: &Plugin,
        adjust: impl FnOnce(Spec) -> Spec,
    ) -> Result<Settled, InstalledError> {
        let (module, coverage) = self.look(name, version)?;
        let load = |error: LoadError| InstalledError::Load { name: name.clone(), error: Box::new(error) };
        module.info().check_plugin().map_err(|error| load(error.into()))?;
        module.compile().map_err(load)?;
        let Coverage::Covered { grant, is_new } = coverage else { return self.wait(name, version) };
        let spec = self.spec(name, &module, &grant, adjust)?;
        let is_newer = self.plugin(name).is_ok_and(|before| before.hash != version.hash);
        let origin = Origin::of(name, &version.source)?;
        let accept = || -> Result<(), InstalledError> {
            if is_new {
                lock(&self.0.grants).set(&origin, &version.hash, grant.clone())?;
            }
            Ok(lock(&self.0.store).accept_new(name, version)?)
        };
        // What is installed is what runs, at any moment.
        if self.0.manager.get(name.as_str()).is_some() {
            let mut agree = || accept().map_err(|error| Arc::new(error) as Arc<Refusal>);
            self.0.manager.reload_if(spec, &mut agree)?;
        } else {
            self.0.manager.start(spec)?;
            if let Err(error) = accept() {
                self.stop(name)?;
                return Err(error);
            }
        }
        if is_newer {
            // It came later than what waited, or is it.
            lock(&self.0.versions).waiting.remove(name);
        }
        Ok(Settled::Runs)
    }

    /// Has a version wait for an answer.
    fn wait(&self, name: &PluginName, version: &Plugin) -> Result<Settled, InstalledError> {
        match self.plugin(name) {
            Ok(installed) if installed.hash == version.hash => self.stop(name)?,
            Ok(_) => drop(lock(&self.0.versions).waiting.insert(name.clone(), version.clone())),
            Err(_) => lock(&self.0.store).accept_new(name, version)?,
        }
        Ok(Settled::Waits)
    }
}
