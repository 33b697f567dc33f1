//! From a crate to a module that can be started.

use crate::Started;
use plugix_host::code::Cache;
use plugix_host::error::LoadError;
use plugix_host::plugin::PluginBuilder;
use plugix_host::policy::PolicyError;
use plugix_host::{Engine, Module, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use thiserror::Error;

/// The plugin's policy, beside its `Cargo.toml`.
const POLICY: &str = "plugix.toml";

/// A plugin's crate that was built, and what its plugin may do.
#[derive(Clone, Debug)]
pub struct Crate {
    path: PathBuf,
    module: Module,
    policy: Policy,
}

/// Why a crate is no module that can be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no compiler for plugins, or the crate doesn't compile. What the compiler said went to standard error.
    #[error(transparent)]
    Toolchain(#[from] plugix_toolchain::Error),
    /// The crate builds another number of modules than one.
    #[error("`{}` builds {found} modules, and a test takes one: build what you want with `Crate::of`", .manifest.display())]
    Modules {
        /// The crate's manifest.
        manifest: PathBuf,
        /// How many modules it builds.
        found: usize,
    },
    /// The engine doesn't take the module.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The crate's `plugix.toml` is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// The engine of this process. It keeps compiled code in the user's cache, or nowhere if there is none.
///
/// # Panics
/// If the processor can't run plugins.
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let builder = Engine::builder();
        let builder = match Cache::user() {
            Ok(cache) => builder.cache(cache),
            Err(_) => builder,
        };
        builder.build().expect("the processor can run plugins")
    });
    &ENGINE
}

/// The modules that were built, and their files, by what was asked for.
static BUILT: Mutex<Option<HashMap<Build, (PathBuf, Module)>>> = Mutex::new(None);

impl Crate {
    /// Builds the crate in a folder, in the release profile. Relative folders begin where cargo runs
    /// tests: in the folder of the crate that has the test. The policy is that of `plugix.toml` beside the crate's
    /// manifest; without that file the plugin may compute and nothing else.
    ///
    /// # Errors
    /// The variant of [`BuildError`] that says what is wrong.
    pub fn build(folder: impl AsRef<Path>) -> Result<Self, BuildError> {
        Self::of(Build::new(folder.as_ref().join("Cargo.toml")))
    }

    /// Builds as the request says: another profile, features, one package of a workspace. What is
    /// asked for again in a process is built once.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn of(request: Build) -> Result<Self, BuildError> {
        let (path, module) = module(&request)?;
        let file = request.manifest.with_file_name(POLICY);
        let policy = if file.exists() { Policy::from_toml_file(file)? } else { Policy::new() };
        Ok(Self { path, module, policy })
    }

    /// The module's file, for hosts that look for plugins themselves.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Sets what the plugin may do, in place of what its `plugix.toml` says.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Starts the plugin.
    ///
    /// # Errors
    /// As [`PluginBuilder::start`].
    pub fn start(&self) -> Result<Started, LoadError> {
        self.start_with(|builder| builder)
    }

    /// Starts the plugin with what a host gives it besides its policy: a configuration, interfaces, services. The kit's
    /// own callback takes the events.
    ///
    /// # Errors
    /// As [`PluginBuilder::start`].
    pub fn start_with(&self, with: impl FnOnce(PluginBuilder) -> PluginBuilder) -> Result<Started, LoadError> {
        let builder = plugix_host::Plugin::builder(&self.module).policy(self.policy.clone());
        Started::new(with(builder))
    }
}

fn module(request: &Build) -> Result<(PathBuf, Module), BuildError> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(found) = built.get(request) {
        return Ok(found.clone());
    }
    let modules = Toolchain::ensure(Progress::stderr())?.build(request, Progress::stderr())?;
    let [module] = modules.as_slice() else {
        return Err(BuildError::Modules { manifest: request.manifest.clone(), found: modules.len() });
    };
    let found = (module.path.clone(), engine().load_file(&module.path)?);
    Ok(built.entry(request.clone()).or_insert(found).clone())
}
