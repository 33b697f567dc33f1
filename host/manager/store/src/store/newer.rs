//! What plugins could be updated to.

use super::Store;
use crate::fetch::Fetched;
use crate::{ContentHash, Module, Plugin, PluginName, Source, StoreError};

/// What a plugin could be updated to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Newer {
    /// The version that the source says it is.
    pub version: Option<String>,
    /// The module's hash, if the module had to be read.
    pub hash: Option<ContentHash>,
    /// The digest of its manifest, if it is in a registry.
    pub digest: Option<String>,
}

impl Store {
    /// Asks each plugin's source whether it has something else than what is kept. Nothing is changed. A source with a
    /// hash or digest never has.
    pub fn outdated(&self) -> Vec<(PluginName, Result<Option<Newer>, StoreError>)> {
        self.list().iter().map(|(name, plugin)| (name.clone(), self.newer(name, plugin))).collect()
    }

    fn newer(&self, name: &PluginName, plugin: &Plugin) -> Result<Option<Newer>, StoreError> {
        match &plugin.source {
            Source::Url { .. } => Ok(None),
            Source::Oci(reference) if reference.digest().is_some() => Ok(None),
            Source::Oci(reference) => {
                let (digest, annotations) = self.fetcher.look(reference)?;
                let is_newer = plugin.digest.as_ref() != Some(&digest);
                let version = annotations.version().map(str::to_owned);
                Ok(is_newer.then_some(Newer { version, hash: None, digest: Some(digest) }))
            }
            source @ (Source::File(_) | Source::Folder(_)) => {
                let Fetched { module, .. } = self.fetcher.fetch(source, Some(name), &mut |_| {})?;
                let hash = ContentHash::of(&module);
                if hash == plugin.hash {
                    return Ok(None);
                }
                let about = Module::of(&module).ok().and_then(|module| module.about);
                Ok(Some(Newer { version: about.map(|about| about.version), hash: Some(hash), digest: None }))
            }
        }
    }
}
