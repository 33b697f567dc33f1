//! Modules that are fetched while others use the store.

use super::{Store, Updated};
use crate::fetch::{Fetched, Fetcher, OnProgress};
use crate::{ContentHash, Plugin, PluginName, Source, StoreError};

/// A module that is to be fetched. It needs the store no more: whoever shares a store fetches without it, so that nobody
/// waits for a network.
///
/// ```
/// use plugix_store::{Source, Store};
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("words.wasm");
/// # std::fs::write(&file, wat::parse_str("(module)")?)?;
/// let store = std::sync::Mutex::new(Store::open(folder.path().join("plugins"))?);
/// let fetching = store.lock().unwrap().fetching(None, Source::file(&file)?)?;
/// let delivery = fetching.fetch(&mut |_| {})?; // this may take minutes
/// let (name, _) = store.lock().unwrap().add_delivery(&delivery)?;
/// # assert_eq!(name.as_str(), "words");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Fetching {
    fetcher: Fetcher,
    source: Source,
    name: Option<PluginName>,
    kept: Option<Fetched>,
}

/// What a source has delivered. Nobody has checked it yet.
#[derive(Debug)]
pub struct Delivery {
    source: Source,
    name: Option<PluginName>,
    fetched: Fetched,
}

impl Fetching {
    /// Brings the module here.
    ///
    /// # Errors
    /// As for [`Fetcher::fetch`].
    pub fn fetch(self, progress: OnProgress<'_>) -> Result<Delivery, StoreError> {
        let Self { fetcher, source, name, kept } = self;
        let fetched = kept.map_or_else(|| fetcher.fetch(&source, name.as_ref(), progress), Ok)?;
        Ok(Delivery { source, name, fetched })
    }
}

impl Store {
    /// The first third of [`Store::add`]: what is to be fetched.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::Source`].
    pub fn fetching(&self, name: Option<&PluginName>, source: Source) -> Result<Fetching, StoreError> {
        let source = source.absolute()?;
        if let Some(name) = name {
            self.check_free(name, &source)?;
        }
        let (fetcher, kept) = (self.fetcher.clone(), self.kept_of(&source));
        Ok(Fetching { fetcher, source, name: name.cloned(), kept })
    }

    /// The first third of [`Store::fetch_newer`]: a plugin's source is to be asked again.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`].
    pub fn fetching_newer(&self, name: &PluginName) -> Result<Fetching, StoreError> {
        self.fetching(Some(name), self.plugin(name)?.source.clone())
    }

    /// The last third of [`Store::add`]: adds what was fetched.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_delivery(&mut self, delivery: &Delivery) -> Result<(PluginName, Plugin), StoreError> {
        let (name, plugin) = self.keep_delivery(delivery)?;
        self.record(&name, &plugin)?;
        Ok((name, plugin))
    }

    /// Keeps what was fetched. There is no new plugin, and one of this name stays what it is, until
    /// [`accept_new`](Self::accept_new).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_delivery(&mut self, delivery: &Delivery) -> Result<(PluginName, Plugin), StoreError> {
        let Delivery { source, name, fetched: Fetched { module, signatures, digest, .. } } = delivery;
        self.keep(name.as_ref(), source.clone(), module, signatures, digest.clone())
    }

    /// The last third of [`Store::fetch_newer`]: keeps what was fetched beside the module that there is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_newer(&mut self, name: &PluginName, delivery: &Delivery) -> Result<Updated, StoreError> {
        let before = self.plugin(name)?.clone();
        let (_, after) = self.keep_delivery(delivery)?;
        Ok(Updated { before, after })
    }

    /// Makes what was kept the plugin of this name.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if there is one from another source meanwhile, those of
    /// [`trusted_module`](Self::trusted_module) if its module can't be had any more, and [`StoreError::Disk`].
    pub fn accept_new(&mut self, name: &PluginName, plugin: &Plugin) -> Result<(), StoreError> {
        self.check_free(name, &plugin.source)?;
        self.trusted_module(plugin)?;
        self.record(name, plugin)
    }

    /// Makes what was kept as newer the plugin of this name.
    ///
    /// # Errors
    /// [`StoreError::UnknownPlugin`] if it was removed meanwhile, [`StoreError::Disk`].
    pub fn accept(&mut self, name: &PluginName, newer: &Updated) -> Result<(), StoreError> {
        self.plugin(name)?;
        self.record(name, &newer.after)
    }

    /// A module that is kept and is what the source names needs no network.
    fn kept_of(&self, source: &Source) -> Option<Fetched> {
        match source {
            Source::Url { hash, .. } => self.kept(source, hash),
            Source::Oci(reference) => {
                let digest = reference.digest()?;
                let known = self.list().values().find(|plugin| plugin.digest.as_deref() == Some(digest))?;
                let kept = self.kept(source, &known.hash)?;
                Some(Fetched { digest: Some(digest.to_owned()), ..kept })
            }
            Source::File(_) | Source::Folder(_) => None,
        }
    }

    /// A module that is here with the signatures that its source needs.
    fn kept(&self, source: &Source, hash: &ContentHash) -> Option<Fetched> {
        let (module, signatures) = (self.module(hash).ok()?, self.home.signatures(hash));
        self.signatures.check(source, &module, &signatures).ok()?;
        Some(Fetched { module, signatures, digest: None })
    }
}
