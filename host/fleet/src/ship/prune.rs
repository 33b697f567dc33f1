//! Modules that no release names any more.

use super::buckets::{FLEET, Topic, history, keys};
use super::deployments::Deployments;
use super::error::ShipError;
use super::release::Signed;
use async_nats::jetstream::kv::Operation;
use plugix_store::ContentHash;
use std::collections::BTreeMap;
use std::time::Duration;

/// A module that no release names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedModule {
    /// Its hash.
    pub module: ContentHash,
    /// Its length in bytes.
    pub size: u64,
}

impl Deployments {
    /// The modules that no release names, and that were shipped so long ago or longer. A plugin's releases are the one that is
    /// to run and those before, to which hosts may go back. Of a plugin that was removed there are none.
    ///
    /// # Errors
    /// [`ShipError::Bucket`] if the buckets can't be read.
    pub fn unused(&self, age: Duration) -> Result<Vec<UnusedModule>, ShipError> {
        self.fleet.block_on(self.find_unused(age))
    }

    /// Deletes the modules that [`Deployments::unused`] finds, and returns them.
    ///
    /// # Errors
    /// [`ShipError::Bucket`] if the buckets can't be read or changed: some may be deleted then.
    /// [`ShipError::JustPruned`] if somebody has applied a release of one of them at the same time.
    pub fn prune(&self, age: Duration) -> Result<Vec<UnusedModule>, ShipError> {
        self.fleet.block_on(async {
            let unused = self.find_unused(age).await?;
            for one in &unused {
                self.buckets.delete_module(&one.module).await?;
            }
            // `apply` looks for its module again when the release is there. This is for the moment between that and here.
            let named = self.named().await?;
            for one in &unused {
                if let Some(plugin) = named.get(&one.module)
                    && !self.buckets.has_module(&one.module, None).await
                {
                    return Err(ShipError::JustPruned { plugin: plugin.clone() });
                }
            }
            Ok(unused)
        })
    }

    async fn find_unused(&self, age: Duration) -> Result<Vec<UnusedModule>, ShipError> {
        // First the modules: whoever ships one has its release later.
        let modules = self.buckets.modules(age).await?;
        let named = self.named().await?;
        Ok(modules.into_iter().filter(|one| !named.contains_key(&one.module)).collect())
    }

    /// The modules that releases name, and a plugin of each.
    async fn named(&self) -> Result<BTreeMap<ContentHash, String>, ShipError> {
        let failed = |problem| ShipError::Bucket { bucket: FLEET, problem };
        let mut named = BTreeMap::new();
        for key in keys(&self.buckets.fleet).await.map_err(failed)? {
            let Some(Topic::Plugin(plugin)) = Topic::of(&key) else { continue };
            let entries = history(&self.buckets.fleet, &key).await.map_err(failed)?;
            // The newest comes first.
            for entry in entries.iter().take_while(|entry| entry.operation == Operation::Put) {
                // What somebody else has written there names nothing.
                if let Ok((_, release)) = Signed::parse(&entry.value) {
                    named.insert(release.module, plugin.to_owned());
                }
            }
        }
        Ok(named)
    }
}
