//! Brings Debian's packages into the cache.

use std::path::PathBuf;

use tempfile::TempDir;

use super::part::{PREFIX, Part};
use crate::cache::Exclusive;
use crate::debian::{self, Apt, Package};
use crate::progress::Progress;
use crate::{Cache, Environment, Error, clang};

/// Downloads packages. It reads the archive's lists at most once, and only if it needs them.
pub(crate) struct Fetcher<'a> {
    cache: &'a Cache,
    environment: &'a Environment,
    exclusive: &'a Exclusive<'a>,
    progress: Progress,
    lists: TempDir,
    apt: Option<Apt>,
}

impl<'a> Fetcher<'a> {
    pub(crate) fn new(
        cache: &'a Cache,
        environment: &'a Environment,
        exclusive: &'a Exclusive<'a>,
        progress: Progress,
    ) -> Result<Self, Error> {
        Ok(Self { cache, environment, exclusive, progress, lists: exclusive.scratch()?, apt: None })
    }

    /// The folder of a part. `kind` names its entries in the cache. `packages` asks the archive which packages make it.
    pub(crate) fn folder(
        &mut self,
        part: &Part,
        kind: &str,
        packages: fn(&Apt) -> Result<Vec<Package>, Error>,
    ) -> Result<PathBuf, Error> {
        if let Part::Folder(folder, _) = part {
            return Ok(folder.clone());
        }
        // Another process may have fetched it while this one waited.
        if let Some(entry) = self.cache.entries(kind).pop() {
            return Ok(entry.join(PREFIX));
        }
        let apt = match &mut self.apt {
            Some(apt) => apt,
            None => self.apt.insert(Apt::open(self.lists.path(), self.environment, self.progress)?),
        };
        let packages = packages(apt)?;
        let entry = self.exclusive.publish(kind, &debian::set_name(&packages), |folder| {
            apt.unpack(&packages, folder, self.progress)?;
            debian::prune(&folder.join(PREFIX))?;
            clang::link_libraries(&folder.join(PREFIX))
        })?;
        Ok(entry.join(PREFIX))
    }
}
