//! A folder of modules, listed without compiling. Nothing here knows what is kept.

mod cache;

#[cfg(test)]
mod tests;

use crate::disk::{self, Disk};
use crate::error::FileProblem;
use crate::{ContentHash, Module, NameError, PluginName, StoreError};
use cache::{Cache, Stamp};
use plugix_module::ModuleError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder of modules: its files that end in `.wasm`, without those that are hidden. Folders in it are not looked into.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    limit: u64,
    cache: Cache,
}

/// A file of a folder, and what was found in it.
#[derive(Clone, Debug)]
pub struct Found {
    file: PathBuf,
    /// What the module says of itself, or why the file has none.
    pub module: Result<Module, String>,
}

/// A file's bytes, and what they are.
pub(crate) struct Read {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: ContentHash,
    pub(crate) module: Result<Module, ModuleError>,
    stamp: Stamp,
}

impl Found {
    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The plugin's name.
    ///
    /// # Errors
    /// Why there is none, as text for people.
    pub fn name(&self) -> Result<PluginName, String> {
        let name = |module: &Module| module.name(Some(&self.file)).map_err(|error: NameError| error.to_string());
        self.module.as_ref().map_err(Clone::clone).and_then(name)
    }
}

impl Folder {
    /// A folder. What it has is looked up by [`scan`](Self::scan).
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), limit: 64 << 20, cache: Cache::default() }
    }

    /// Sets how large a module may be, in bytes; 64 MiB by default.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Keeps what was found in a file as well, for the next program that looks. A file that can't be read is ignored.
    #[must_use]
    pub fn cached_in(mut self, file: impl Into<PathBuf>) -> Self {
        self.cache = Cache::open(file.into());
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lists the modules, by the names of their files. A file that was seen before and has the same size, times and
    /// inode isn't read again.
    ///
    /// # Errors
    /// [`StoreError::Disk`] if the folder can't be listed. A file that is no module is listed with the reason.
    pub fn scan(&mut self) -> Result<Vec<Found>, StoreError> {
        let files = self.files()?;
        let found = files.into_iter().filter_map(|file| {
            let module = self.cache.get(&file).or_else(|| match self.read(&file) {
                Ok(read) => {
                    let module = read.module.map_err(|error| error.to_string());
                    self.cache.put(&file, read.stamp, &module);
                    Some(module)
                }
                Err(StoreError::Disk { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => None,
                Err(error) => Some(Err(chain(&error))),
            })?;
            Some(Found { file, module })
        });
        let found: Vec<_> = found.collect();
        self.cache.save(&Disk::default(), &found);
        Ok(found)
    }

    /// The files that may be modules.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let failed = || StoreError::disk("list", &self.path);
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed())? {
            let path = entry.map_err(failed())?.path();
            if is_module(&path) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// Reads a file that nobody changes meanwhile.
    pub(crate) fn read(&self, path: &Path) -> Result<Read, StoreError> {
        let failed = || StoreError::disk("read", path);
        let file = disk::open(path)?;
        let before = Stamp::of(&file.metadata().map_err(failed())?);
        let bytes = disk::read_open(&file, path, self.limit)?;
        let after = Stamp::of(&file.metadata().map_err(failed())?);
        if before != after || after.size != bytes.len() as u64 {
            return Err(StoreError::file(path, FileProblem::Changing));
        }
        Ok(Read { hash: ContentHash::of(&bytes), module: Module::of(&bytes), bytes, stamp: after })
    }
}

/// Whether a file may be a module, as far as its name goes.
pub(crate) fn is_module(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.ends_with(".wasm") && !name.starts_with('.'))
}

/// An error and its reasons, as text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut reason = error.source();
    while let Some(error) = reason {
        text = format!("{text}: {error}");
        reason = error.source();
    }
    text
}
