//! A toolchain that is ready for use.

use std::path::{Path, PathBuf};

use crate::progress::Progress;
use crate::provider::{Plan, composed};
use crate::{Environment, Error, Survey};

/// A resolved toolchain for `wasm32-wasmer-wasi`.
#[derive(Debug)]
pub struct Toolchain {
    rustc: PathBuf,
    linker: Option<PathBuf>,
    key: String,
}

impl Toolchain {
    /// Finds an installed toolchain, or composes one; once composed, it is found again without network.
    ///
    /// # Errors
    /// [`Error::NoToolchain`] when no provider can help, and any error of composing: [`Error::Failed`] and
    /// [`Error::CannotRun`] for the programs involved, [`Error::Overlay`] for a standard library that the overlay does
    /// not know, [`Error::Io`] for the cache.
    pub fn ensure(progress: Progress) -> Result<Self, Error> {
        Self::ensure_in(&Environment::current(), progress)
    }

    /// As [`ensure`](Self::ensure), looking only at the given variables and prefix.
    ///
    /// # Errors
    /// As [`ensure`](Self::ensure).
    pub fn ensure_in(environment: &Environment, progress: Progress) -> Result<Self, Error> {
        let mut survey = Survey::take(environment)?;
        match survey.plan.take() {
            Some(Plan::Installed(installed)) => {
                let key = composed::digest(&[&installed.identity()?]);
                Ok(Self { rustc: installed.rustc(), linker: None, key })
            }
            Some(Plan::Composed(recipe)) => {
                let composed::Composed { rustc, linker, key } = recipe.ensure(survey.cache(), progress)?;
                Ok(Self { rustc, linker: Some(linker), key })
            }
            None => Err(Error::NoToolchain { report: survey.to_string() }),
        }
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
