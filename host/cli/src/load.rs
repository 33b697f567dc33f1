//! Loads modules from files: WebAssembly, or compiled modules that the user vouches for.

use crate::advice;
use anyhow::{Result, anyhow};
use plugix_host::code::{Artifact, Cache};
use plugix_host::error::{ArtifactError, CacheError, LoadError, ModuleError};
use plugix_host::{Engine, Module};
use std::error::Error;
use std::path::{Path, PathBuf};

/// Where compiled modules are kept.
#[derive(clap::Args, Default)]
pub(crate) struct CacheArgs {
    /// Keep compiled modules in this folder; the default is in the user's cache
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// Keep no compiled modules, and use none that were kept
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
}

impl CacheArgs {
    pub(crate) fn engine(&self) -> Result<Engine> {
        let mut builder = Engine::builder();
        if !self.no_cache
            && let Some(cache) = cache(self.cache.as_deref())?
        {
            builder = builder.cache(cache);
        }
        Ok(builder.build()?)
    }
}

/// The cache in a folder, or else the user's cache. `None` if there is no place for it.
pub(crate) fn cache(folder: Option<&Path>) -> Result<Option<Cache>> {
    match folder.map_or_else(Cache::user, |folder| Ok(Cache::at(folder))) {
        Ok(cache) => Ok(Some(cache)),
        Err(CacheError::NoFolder) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Loads a module, and runs nothing in it. Refuses a compiled module.
pub(crate) fn module(engine: &Engine, path: &Path) -> Result<Module> {
    match engine.load_file(path) {
        Err(LoadError::IsArtifact) => Err(anyhow!(
            "{}: a compiled module, which can do all that you can: if you trust who made it, say `--trust`",
            path.display()
        )),
        loaded => loaded.map_err(|error| failed(path, error)),
    }
}

/// Loads a module, compiled or not, and runs nothing in it. The user trusts whoever made it.
pub(crate) fn trusted_module(engine: &Engine, path: &Path) -> Result<Module> {
    match engine.load_file(path) {
        Err(LoadError::IsArtifact) => {
            let artifact = artifact(path)?;
            // SAFETY: with `--trust`, the user vouches for the artifact.
            let module = unsafe { engine.load_artifact(&artifact) };
            module.map_err(|error| failed(path, error))
        }
        loaded => loaded.map_err(|error| failed(path, error)),
    }
}

/// Reads a compiled module. Reading takes no trust.
pub(crate) fn artifact(path: &Path) -> Result<Artifact> {
    Artifact::read_file(path).map_err(|error| match error {
        error @ ArtifactError::Io { .. } => error.into(),
        error => in_file(path, error),
    })
}

/// Says why a file is no module, and what to do.
pub(crate) fn failed(path: &Path, error: LoadError) -> anyhow::Error {
    let advice = match &error {
        // It has the path.
        LoadError::Io { .. } => return error.into(),
        LoadError::Module(ModuleError::NotWasm { .. }) => advice::no_wasm(path),
        LoadError::Module(ModuleError::NoInitialize | ModuleError::NotAPlugin) => Some(advice::OTHER_TARGET.to_owned()),
        LoadError::UnknownImport { module, name } | LoadError::Module(ModuleError::UnknownImport { module, name }) => {
            advice::undeclared(module, name)
        }
        _ => None,
    };
    match advice {
        Some(advice) => anyhow!("{}: {advice}", path.display()),
        None => in_file(path, error),
    }
}

/// Says in which file something is wrong.
pub(crate) fn in_file(path: &Path, error: impl Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(error).context(path.display().to_string())
}
