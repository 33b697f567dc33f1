//! Modules that the lock file names: whether they still are what they must be, and how they come to another machine.

use super::Store;
use crate::{ContentHash, OnProgress, Plugin, PluginName, Source, StoreError};

/// What was needed to have a plugin's module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// Nothing: it was here.
    Kept,
    /// It was fetched from its source.
    Fetched,
}

impl Store {
    /// A plugin's module, if it is signed as the folder's policy says by now. The policy may have become stricter since the
    /// module was fetched.
    ///
    /// # Errors
    /// [`StoreError::Unsigned`], and those of [`module`](Self::module).
    pub fn trusted_module(&self, plugin: &Plugin) -> Result<Vec<u8>, StoreError> {
        let module = self.module(&plugin.hash)?;
        self.check_signed(&plugin.source, &module, &self.home.signatures(&plugin.hash))?;
        Ok(module)
    }

    /// Has the very module that the lock file names for a plugin: fetches it if it isn't kept, or not with the signatures
    /// that it needs by now. The lock file stays as it is. What is kept needs no network.
    ///
    /// # Errors
    /// [`StoreError::OtherModule`] if the source has another module by now, or the lock file lies. Then nothing is kept. All
    /// that fetching and checking gives.
    pub fn restore(&self, name: &PluginName, progress: OnProgress<'_>) -> Result<Restored, StoreError> {
        let plugin = self.plugin(name)?;
        if self.trusted_module(plugin).is_ok() {
            return Ok(Restored::Kept);
        }
        let fetched = self.fetcher.fetch(&pinned(plugin)?, Some(name), progress)?;
        let (expected, found) = (plugin.hash, ContentHash::of(&fetched.module));
        if found != expected {
            return Err(StoreError::OtherModule { source_text: plugin.source.to_string(), expected, found });
        }
        self.check_signed(&plugin.source, &fetched.module, &fetched.signatures)?;
        self.home.keep_module(&expected, &fetched.module)?;
        self.home.keep_signatures(&expected, &fetched.signatures)?;
        Ok(Restored::Fetched)
    }
}

/// Where this very version is: a tag may lead to another one by now.
fn pinned(plugin: &Plugin) -> Result<Source, StoreError> {
    match (&plugin.source, &plugin.digest) {
        (Source::Oci(reference), Some(digest)) if reference.digest().is_none() => {
            let text = format!("oci://{}/{}@{digest}", reference.registry(), reference.repository());
            Ok(text.parse()?)
        }
        (source, _) => Ok(source.clone()),
    }
}
