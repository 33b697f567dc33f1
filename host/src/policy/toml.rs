//! Policies as text: `plugix.toml`. `host/examples/plugix.toml` shows all of it, with comments.

mod error;
mod schema;
mod section;
mod units;

pub use error::{Place, PolicyError};

use super::Policy;
use schema::read;
use section::Document;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::Path;

/// Bytes of the largest policy that is read.
const MAX_LEN: u64 = 1 << 20;

impl Policy {
    /// Reads a policy from a file, usually `plugix.toml` beside the module. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// The variant of [`PolicyError`] that says what is wrong, where, and what to write instead.
    pub fn from_toml_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let failed = |source| PolicyError::Read { path: path.to_owned(), source };
        if fs::metadata(path).map_err(failed)?.len() > MAX_LEN {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        read(&Document { text: &text, file: Some(path), folder: path.parent().unwrap_or(Path::new("")) })
    }

    /// Reads a policy from text. Paths in it are relative to `folder`.
    ///
    /// # Errors
    /// The variant of [`PolicyError`] that says what is wrong, where, and what to write instead.
    pub fn from_toml_str(text: &str, folder: impl AsRef<Path>) -> Result<Self, PolicyError> {
        read(&Document { text, file: None, folder: folder.as_ref() })
    }

    /// The configuration that the policy's file has for the plugin, in `[config]`, as the type that the plugin wants:
    /// `builder.config(&policy.config::<Settings>()?)`. `None` if the file has none.
    ///
    /// # Errors
    /// [`PolicyError::Config`] if it isn't of that type.
    pub fn config<C: DeserializeOwned>(&self) -> Result<Option<C>, PolicyError> {
        let config = self.config.clone().map(|config| config.try_into());
        config.transpose().map_err(|error: ::toml::de::Error| PolicyError::Config(error.message().to_owned()))
    }
}
