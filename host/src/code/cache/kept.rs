//! A cache, as an engine uses it. Whatever is wrong with the cache, modules can be compiled without it.

use super::Cache;
use super::entry::file_name;
use super::eviction::evict;
use super::folder::Folder;
use crate::code::Artifact;
use crate::code::artifact::CacheKey;
use crate::error::{ArtifactError, CacheError, Chain};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// An open cache.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
    folder: Folder,
    max_size: u64,
    warned: AtomicBool,
}

impl Kept {
    /// Opens the folder, and makes it if there is none. `None` if that is impossible.
    ///
    /// # Errors
    /// If others could put code into the folder. Going on without the cache would hide that.
    pub(crate) fn open(cache: &Cache) -> Result<Option<Self>, CacheError> {
        let path = cache.folder.clone();
        let max_size = cache.max_size;
        match Folder::make(&cache.folder) {
            Ok(folder) => Ok(Some(Self { path, folder, max_size, warned: AtomicBool::new(false) })),
            Err(error @ CacheError::Io { .. }) => {
                tracing::warn!(target: "plugix::cache", error = %Chain(&error), "compiled modules are not kept");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The compiled form of a module, if the cache has it undamaged.
    pub(crate) fn get(&self, key: CacheKey) -> Option<Artifact> {
        let file = file_name(key);
        let artifact = match self.folder.read(&file) {
            Ok(bytes) => Artifact::parse(bytes?).and_then(|artifact| {
                if artifact.key() == key {
                    Ok(artifact)
                } else {
                    Err(ArtifactError::Damaged { problem: "it belongs under another name".into() })
                }
            }),
            Err(source) => Err(ArtifactError::Io { what: "read it".into(), source }),
        };
        artifact.inspect_err(|error| self.discard(key, error)).ok()
    }

    /// Removes an entry that turned out to be unusable.
    pub(crate) fn discard(&self, key: CacheKey, error: &ArtifactError) {
        let file = file_name(key);
        tracing::warn!(target: "plugix::cache", cache = %self.path.display(), file, error = %Chain(error), "compiling a module anew");
        if let Err(error) = self.folder.remove(&file) {
            self.warn("remove a damaged module from the cache", &error);
        }
    }

    /// Keeps a compiled module, and makes room for it.
    pub(crate) fn put(&self, key: CacheKey, artifact: &Artifact) {
        let size = artifact.as_bytes().len() as u64;
        if size > self.max_size {
            tracing::debug!(target: "plugix::cache", size, max_size = self.max_size, "a module is too large to be kept");
            return;
        }
        let written = self.folder.write(&file_name(key), artifact.as_bytes());
        match written.and_then(|()| evict(&self.folder, self.max_size)) {
            Ok(()) => {
                tracing::debug!(target: "plugix::cache", module = artifact.name(), size, "kept a compiled module")
            }
            Err(error) => self.warn("keep a compiled module", &error),
        }
    }

    /// Warns once that something is wrong with the cache. The same would go wrong for each module.
    fn warn(&self, what: &str, error: &std::io::Error) {
        let cache = self.path.display();
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(target: "plugix::cache", %cache, %error, "can't {what}");
        } else {
            tracing::warn!(target: "plugix::cache", %cache, %error, "can't {what}");
        }
    }
}
