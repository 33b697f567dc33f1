//! What was fetched and is no plugin yet. Whoever fetches it tries it, and then accepts it.

use super::{Store, Updated};
use crate::fetch::Fetched;
use crate::{ContentHash, OnProgress, Plugin, PluginName, Source, StoreError};

impl Store {
    /// Fetches a plugin as [`add`](Self::add) does, and keeps its module. There is no new plugin, and one of this name stays
    /// what it is, until [`accept_new`](Self::accept_new).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn fetch_new(
        &mut self,
        name: Option<&PluginName>,
        source: Source,
        progress: OnProgress<'_>,
    ) -> Result<(PluginName, Plugin), StoreError> {
        let source = source.absolute()?;
        if let Some(name) = name {
            self.check_free(name, &source)?;
        }
        let fetched = self.fetch(&source, name, progress)?;
        self.keep(name, source, &fetched.module, &fetched.signatures, fetched.digest)
    }

    /// Makes what was fetched the plugin of this name.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if there is one from another source meanwhile, those of
    /// [`trusted_module`](Self::trusted_module) if its module can't be had any more, and [`StoreError::Disk`].
    pub fn accept_new(&mut self, name: &PluginName, plugin: &Plugin) -> Result<(), StoreError> {
        self.check_free(name, &plugin.source)?;
        self.trusted_module(plugin)?;
        self.record(name, plugin)
    }

    /// Fetches a plugin from its source again, and keeps the module beside the one that there is. The plugin stays what it
    /// is until [`accept`](Self::accept).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn fetch_newer(&mut self, name: &PluginName, progress: OnProgress<'_>) -> Result<Updated, StoreError> {
        let before = self.plugin(name)?.clone();
        let (_, after) = self.fetch_new(Some(name), before.source.clone(), progress)?;
        Ok(Updated { before, after })
    }

    /// Makes what was fetched the plugin of this name.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`] if it was removed meanwhile, [`StoreError::Disk`].
    pub fn accept(&mut self, name: &PluginName, newer: &Updated) -> Result<(), StoreError> {
        self.plugin(name)?;
        self.record(name, &newer.after)
    }

    /// What the source delivers. A module that is kept and has the hash that the source names needs no network.
    fn fetch(
        &self,
        source: &Source,
        name: Option<&PluginName>,
        progress: OnProgress<'_>,
    ) -> Result<Fetched, StoreError> {
        if let Source::Url { hash, .. } = source
            && let Some(kept) = self.kept(source, hash)
        {
            return Ok(kept);
        }
        if let Source::Oci(reference) = source
            && let Some(digest) = reference.digest()
        {
            let known = self.list().values().find(|plugin| plugin.digest.as_deref() == Some(digest));
            if let Some(mut kept) = known.and_then(|plugin| self.kept(source, &plugin.hash)) {
                kept.digest = Some(digest.to_owned());
                return Ok(kept);
            }
        }
        self.fetcher.fetch(source, name, progress)
    }

    /// A module that is here with the signatures that its source needs.
    fn kept(&self, source: &Source, hash: &ContentHash) -> Option<Fetched> {
        let (module, signatures) = (self.module(hash).ok()?, self.home.signatures(hash));
        self.signatures.check(source, &module, &signatures).ok()?;
        Some(Fetched { module, signatures, digest: None })
    }
}
