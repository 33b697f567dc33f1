//! Plugins that are kept: added, updated, removed, each as a whole or not at all.

mod fetching;
mod newer;
mod restore;

#[cfg(test)]
mod tests;

pub use fetching::{Delivery, Fetching};
pub use newer::Newer;
pub use restore::Restored;

use crate::disk::Disk;
use crate::fetch::{Fetcher, Limits, OnProgress};
use crate::folder::{Folder, Found};
use crate::grants::{Grants, GrantsError};
use crate::home::{self, Home};
use crate::lock::{Lock, Plugin};
use crate::signature::{Key, SignaturePolicy, Signatures};
use crate::watch::Arrived;
use crate::{ContentHash, Credentials, Module, PluginName, Source, StoreError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Plugins that are kept in a folder. One program has the folder at a time.
///
/// What fails leaves all as it was. A crash at any moment leaves the old or the new.
///
/// All of it blocks: in asynchronous code, call it in something like `tokio::task::spawn_blocking`.
#[derive(Debug)]
pub struct Store {
    home: Home,
    lock: Lock,
    fetcher: Fetcher,
    signatures: SignaturePolicy,
    cache: u64,
}

/// What an update did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Updated {
    /// The plugin as it was.
    pub before: Plugin,
    /// The plugin as it is.
    pub after: Plugin,
}

/// The name of the file with the policy of signatures.
const SIGNATURES: &str = "signatures.toml";

/// How long the policy's text is at most, in bytes.
const POLICY_MAX: u64 = 1 << 20;

/// How many bytes of modules are kept that no plugin has any more.
const CACHE: u64 = 256 << 20;

impl Store {
    /// Opens a folder, and makes it if it isn't there. Its `signatures.toml`, if there is one, says who must have signed
    /// what. Credentials come from its `credentials.toml`, or else from the user's ([`Credentials::of_user`]).
    ///
    /// # Errors
    /// [`StoreError::InUse`] at once if another program has the folder; [`StoreError::Lock`], [`StoreError::Policy`] or
    /// [`StoreError::Credentials`] if a file in it can't be used; [`StoreError::Disk`].
    pub fn open(home: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_on(home, Disk::default())
    }

    /// Does the same, and changes files by `disk`.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn open_on(home: impl AsRef<Path>, disk: Disk) -> Result<Self, StoreError> {
        let path = home.as_ref();
        let home = Home::open(path, disk.clone())?;
        let lock = home::read_lock(path)?;
        let signatures = read_policy(path)?;
        let mut fetcher = Fetcher::of_home(path)?;
        fetcher.disk = disk;
        let store = Self { home, lock, fetcher, signatures, cache: CACHE };
        store.home.trim(&store.lock, store.cache)?;
        Ok(store)
    }

    /// Reads what a folder's lock file says. Nobody has to have the folder for this, and nothing is changed.
    ///
    /// # Errors
    /// [`StoreError::Lock`] if it can't be used, [`StoreError::Disk`].
    pub fn read(home: impl AsRef<Path>) -> Result<Lock, StoreError> {
        home::read_lock(home.as_ref())
    }

    /// Sets who must have signed what, in the place of what the folder says.
    #[must_use]
    pub fn signatures(mut self, policy: SignaturePolicy) -> Self {
        self.signatures = policy;
        self
    }

    /// Sets how much a module may be and how long a download may take.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.fetcher = self.fetcher.limits(limits);
        self
    }

    /// Sets who the user is to registries.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.fetcher = self.fetcher.credentials(credentials);
        self
    }

    /// Sets how many bytes of modules are kept that no plugin has any more; 256 MiB by default.
    #[must_use]
    pub fn cache(mut self, bytes: u64) -> Self {
        self.cache = bytes;
        self
    }

    /// The folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// What was granted to the folder's plugins. There need not be anything yet.
    ///
    /// # Errors
    /// As for [`Grants::open`].
    pub fn grants(&self) -> Result<Grants, GrantsError> {
        Grants::of_home_on(self.home(), self.home.disk.clone())
    }

    /// The plugins by name.
    pub fn list(&self) -> &BTreeMap<PluginName, Plugin> {
        self.lock.plugins()
    }

    /// A plugin.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`] if there is none of this name.
    pub fn plugin(&self, name: &PluginName) -> Result<&Plugin, StoreError> {
        self.list().get(name).ok_or_else(|| self.unknown(name))
    }

    /// A module's bytes. They have the hash.
    ///
    /// # Errors
    /// [`StoreError::ModuleMissing`] if it isn't kept, [`StoreError::ModuleChanged`] if somebody has changed it,
    /// [`StoreError::Disk`].
    pub fn module(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        self.home.module(hash, self.fetcher.limits_are().module)
    }

    /// The file that a module is kept in, whether or not it is there.
    pub fn module_path(&self, hash: &ContentHash) -> PathBuf {
        self.home.module_path(hash)
    }

    /// Adds a plugin. Without a name, it has the one that its module says, or that of its file. A plugin of this name is
    /// replaced if it comes from the same source, or from the same address with another hash or tag.
    ///
    /// A folder adds one plugin: the one of this name. [`scan`](Self::scan) lists a folder's modules.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add(
        &mut self,
        name: Option<&PluginName>,
        source: Source,
        progress: OnProgress<'_>,
    ) -> Result<(PluginName, Plugin), StoreError> {
        let delivery = self.fetching(name, source)?.fetch(progress)?;
        self.add_delivery(&delivery)
    }

    /// Adds a module that a watched folder told of: these bytes, whatever the file holds by now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_arrived(&mut self, arrived: &Arrived) -> Result<(PluginName, Plugin), StoreError> {
        let source = Source::file(&arrived.file)?;
        let name = arrived.module.name(Some(&arrived.file));
        let name = name.map_err(|reason| StoreError::Name { source_text: source.to_string(), reason })?;
        let folder = arrived.file.parent().map(Source::folder).transpose()?.unwrap_or(source);
        self.check_free(&name, &folder)?;
        let (name, plugin) = self.keep(Some(&name), folder, &arrived.bytes, &arrived.signatures, None)?;
        self.record(&name, &plugin)?;
        Ok((name, plugin))
    }

    /// Fetches a plugin from its source again, and keeps the module beside the one that there is. The plugin stays what it
    /// is until [`accept`](Self::accept).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn fetch_newer(&mut self, name: &PluginName, progress: OnProgress<'_>) -> Result<Updated, StoreError> {
        let delivery = self.fetching_newer(name)?.fetch(progress)?;
        self.keep_newer(name, &delivery)
    }

    /// Fetches a plugin from its source again. A grant stays with the plugin's name: whoever keeps grants knows whether it
    /// covers the new module.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn update(&mut self, name: &PluginName, progress: OnProgress<'_>) -> Result<Updated, StoreError> {
        let updated = self.fetch_newer(name, progress)?;
        self.record(name, &updated.after)?;
        Ok(updated)
    }

    /// Removes a plugin. Its module stays for a while, for whoever adds it again.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`], [`StoreError::Disk`].
    pub fn remove(&mut self, name: &PluginName) -> Result<Plugin, StoreError> {
        let mut lock = self.lock.clone();
        let removed = lock.plugins_mut().remove(name).ok_or_else(|| self.unknown(name))?;
        self.commit(lock)?;
        Ok(removed)
    }

    /// Notes the grant under which a plugin runs.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`], [`StoreError::Disk`].
    pub fn set_grant(&mut self, name: &PluginName, grant: Option<String>) -> Result<(), StoreError> {
        let mut lock = self.lock.clone();
        let Some(plugin) = lock.plugins_mut().get_mut(name) else { return Err(self.unknown(name)) };
        plugin.grant = grant;
        self.commit(lock)
    }

    /// Lists the modules of a folder without compiling. What was seen before isn't read again.
    ///
    /// # Errors
    /// [`StoreError::Disk`] if the folder can't be listed.
    pub fn scan(&self, folder: impl Into<PathBuf>) -> Result<Vec<Found>, StoreError> {
        let folder = folder.into();
        let cache = ContentHash::of(folder.as_os_str().as_encoded_bytes()).hex();
        let cache = self.home().join("partial").join(format!("{}.scan", &cache[..16]));
        Folder::new(folder).limit(self.fetcher.limits_are().module).cached_in(cache).scan()
    }

    /// Checks the signatures before anything else, and then keeps the module. No plugin has it yet.
    fn keep(
        &mut self,
        name: Option<&PluginName>,
        source: Source,
        module: &[u8],
        signatures: &Signatures,
        digest: Option<String>,
    ) -> Result<(PluginName, Plugin), StoreError> {
        let (name, plugin) = self.check(name, source, module, signatures, digest)?;
        self.home.keep_module(&plugin.hash, module)?;
        self.home.keep_signatures(&plugin.hash, signatures)?;
        Ok((name, plugin))
    }

    /// Checks the signatures before anything else, and says what the plugin would be.
    fn check(
        &self,
        name: Option<&PluginName>,
        source: Source,
        module: &[u8],
        signatures: &Signatures,
        digest: Option<String>,
    ) -> Result<(PluginName, Plugin), StoreError> {
        let text = || source.to_string();
        let signed_by = self.check_signed(&source, module, signatures)?;
        let seen = Module::of(module).map_err(|reason| StoreError::Module { source_text: text(), reason })?;
        let name = match name {
            Some(name) => name.clone(),
            None => {
                let name = seen.name(file_of(&source).as_deref());
                name.map_err(|reason| StoreError::Name { source_text: text(), reason })?
            }
        };
        self.check_free(&name, &source)?;
        let grant = self.list().get(&name).and_then(|plugin| plugin.grant.clone());
        let version = seen.about.map(|about| about.version);
        let interfaces = seen.interfaces;
        Ok((name, Plugin { source, version, hash: seen.hash, digest, interfaces, signed_by, grant }))
    }

    fn check_signed(&self, source: &Source, module: &[u8], signatures: &Signatures) -> Result<Vec<Key>, StoreError> {
        let unsigned = |reason| StoreError::Unsigned { source_text: source.to_string(), reason };
        self.signatures.check(source, module, signatures).map_err(unsigned)
    }

    /// Makes this the plugin of the name. Its module is kept already.
    fn record(&mut self, name: &PluginName, plugin: &Plugin) -> Result<(), StoreError> {
        if self.list().get(name) == Some(plugin) {
            return Ok(());
        }
        let mut lock = self.lock.clone();
        lock.plugins_mut().insert(name.clone(), plugin.clone());
        self.commit(lock)
    }

    /// Writes the lock file. From then on it holds.
    fn commit(&mut self, lock: Lock) -> Result<(), StoreError> {
        if let Err(error) = self.home.write_lock(&lock) {
            // The very last step may have failed, and the file be the new one. Then it holds.
            self.lock = home::read_lock(self.home()).unwrap_or(std::mem::take(&mut self.lock));
            return if self.lock == lock { Ok(()) } else { Err(error) };
        }
        self.lock = lock;
        // What can't be removed now is removed at another time.
        let _ = self.home.trim(&self.lock, self.cache);
        Ok(())
    }

    fn check_free(&self, name: &PluginName, source: &Source) -> Result<(), StoreError> {
        match self.list().get(name) {
            Some(there) if !is_same_place(&there.source, source) => {
                Err(StoreError::NameTaken { name: name.clone(), source_text: there.source.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn unknown(&self, name: &PluginName) -> StoreError {
        StoreError::UnknownPlugin { name: name.to_string(), known: self.list().keys().cloned().collect() }
    }
}

/// Whether two sources are the same but for the version.
fn is_same_place(one: &Source, other: &Source) -> bool {
    match (one, other) {
        (Source::Url { url: one, .. }, Source::Url { url: other, .. }) => one.origin() == other.origin(),
        (Source::Oci(one), Source::Oci(other)) => {
            (one.registry(), one.repository()) == (other.registry(), other.repository())
        }
        (one, other) => one == other,
    }
}

/// The file that a source names, for a plugin that doesn't say its name.
fn file_of(source: &Source) -> Option<PathBuf> {
    match source {
        Source::File(path) => Some(path.clone()),
        Source::Url { url, .. } => url.path_segments()?.next_back().map(PathBuf::from),
        Source::Oci(reference) => {
            reference.repository().rsplit('/').next().map(|name| PathBuf::from(format!("{name}.wasm")))
        }
        Source::Folder(_) => None,
    }
}

fn read_policy(home: &Path) -> Result<SignaturePolicy, StoreError> {
    let path = home.join(SIGNATURES);
    let Some(text) = crate::disk::read_text(&path, POLICY_MAX)? else { return Ok(SignaturePolicy::new()) };
    SignaturePolicy::parse(&text).map_err(|reason| StoreError::Policy { path, reason })
}
