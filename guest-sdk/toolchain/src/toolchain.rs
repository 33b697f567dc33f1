//! A toolchain that is ready for use.

use std::path::{Path, PathBuf};

use crate::compiler::Compiler;
use crate::progress::Progress;
use crate::provider::{Plan, composed};
use crate::target_spec::TARGET;
use crate::{Cache, Environment, Error, Survey, std_build};

/// A resolved toolchain for `wasm32-wasmer-wasi`.
#[derive(Debug)]
pub struct Toolchain {
    rustc: PathBuf,
    linker: Option<PathBuf>,
    key: String,
    /// Where more can be had, if the toolchain was composed.
    origin: Option<Origin>,
}

/// What builds the library for further targets, and where a C compiler is looked for.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) compiler: Compiler,
    pub(crate) cache: Cache,
    pub(crate) environment: Environment,
}

impl Toolchain {
    /// Finds an installed toolchain, or composes one. A composed one is found again without network.
    ///
    /// # Errors
    /// [`Error::NoToolchain`] when no provider can help, and any error of composing: [`Error::Failed`] and
    /// [`Error::CannotRun`] for the programs involved, [`Error::Overlay`] for a standard library that the overlay does
    /// not know, [`Error::Io`] for the cache.
    pub fn ensure(progress: Progress) -> Result<Self, Error> {
        Self::ensure_in(&Environment::current(), progress)
    }

    /// As [`ensure`](Self::ensure), but it looks only at the given variables and prefix.
    ///
    /// # Errors
    /// As [`ensure`](Self::ensure).
    pub fn ensure_in(environment: &Environment, progress: Progress) -> Result<Self, Error> {
        let mut survey = Survey::take(environment)?;
        match survey.plan.take() {
            Some(Plan::Installed(installed)) => {
                let key = composed::digest(&[&installed.identity()?]);
                Ok(Self { rustc: installed.rustc(), linker: None, key, origin: None })
            }
            Some(Plan::Composed(recipe)) => {
                let composed::Composed { rustc, linker, key, compiler } =
                    recipe.ensure(survey.cache(), environment, progress)?;
                let origin = Origin { compiler, cache: survey.cache().clone(), environment: environment.clone() };
                Ok(Self { rustc, linker: Some(linker), key, origin: Some(origin) })
            }
            None => Err(Error::NoToolchain { report: survey.to_string() }),
        }
    }

    /// Makes sure that the toolchain can also build for one of rustc's own targets, such as `wasm32-unknown-unknown`,
    /// with the same compiler. A composed toolchain builds the library once. An installed one either has the library or
    /// fails.
    ///
    /// # Errors
    /// [`Error::NoTarget`] when an installed toolchain lacks the library, otherwise as [`ensure`](Self::ensure).
    pub fn ensure_target(&self, target: &str, progress: Progress) -> Result<(), Error> {
        let folder = self.folder();
        if target == TARGET || std_build::has(folder, target) {
            return Ok(());
        }
        let Some(Origin { compiler, cache, .. }) = &self.origin else {
            return Err(Error::NoTarget { toolchain: folder.to_owned(), target: target.to_owned() });
        };
        cache.exclusively(|exclusive| {
            // Another process may have added it while this one waited.
            if std_build::has(folder, target) {
                return Ok(());
            }
            std_build::add(compiler, folder, target, exclusive.scratch()?.path(), progress)
        })
    }

    /// The toolchain's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.rustc.ancestors().nth(2).unwrap_or(&self.rustc)
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The compiler: a program that takes rustc's arguments and knows the target.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// The linker to use, if it is not the compiler's own choice.
    pub fn linker(&self) -> Option<&Path> {
        self.linker.as_deref()
    }

    /// Changes with anything that the toolchain is made of.
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn an_installed_toolchain_has_a_target_or_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let toolchain =
            Toolchain { rustc: folder.path().join("bin/rustc"), linker: None, key: String::new(), origin: None };
        let ensure = |target| toolchain.ensure_target(target, Progress::Silent);
        assert!(ensure(TARGET).is_ok());
        let error = ensure("wasm32-unknown-unknown").unwrap_err();
        assert!(matches!(&error, Error::NoTarget { target, .. } if target == "wasm32-unknown-unknown"), "{error}");
        files::create_dir(&folder.path().join("lib/rustlib/wasm32-unknown-unknown/lib")).unwrap();
        assert!(ensure("wasm32-unknown-unknown").is_ok());
    }
}
