//! Policies as text: `plugix.toml`. `host/examples/plugix.toml` shows every key, with comments.

mod error;
#[cfg(feature = "network")]
mod network;
mod schema;

pub use error::PolicyError;
pub use plugix_requests::document::{DocumentError, Place};

use super::Policy;
use plugix_requests::document::Document;
use schema::read;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::Path;

/// The largest policy that is read, in bytes.
const MAX_LEN: u64 = 1 << 20;

impl Policy {
    /// Reads a policy from a file. Usually that is `plugix.toml` beside the module. Paths in the file are relative to
    /// the file's folder.
    ///
    /// # Errors
    /// The variant of [`PolicyError`] that says what is wrong, where it is, and what to write instead.
    pub fn from_toml_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let failed = |source| PolicyError::Read { path: path.to_owned(), source };
        if fs::metadata(path).map_err(failed)?.len() > MAX_LEN {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        Ok(read(&Document { text: &text, file: Some(path), folder: path.parent().unwrap_or(Path::new("")) })?)
    }

    /// Reads a policy from text. Paths in the text are relative to `folder`.
    ///
    /// # Errors
    /// The variant of [`PolicyError`] that says what is wrong, where it is, and what to write instead.
    pub fn from_toml_str(text: &str, folder: impl AsRef<Path>) -> Result<Self, PolicyError> {
        Ok(read(&Document { text, file: None, folder: folder.as_ref() })?)
    }

    /// The plugin's configuration from the policy's file, from `[config]`. `None` if the file has none. The plugin gets it
    /// by itself if [`PluginBuilder::config`](crate::plugin::PluginBuilder::config) sets no other one.
    ///
    /// # Errors
    /// [`PolicyError::Config`] if the configuration is not of that type.
    pub fn config<C: DeserializeOwned>(&self) -> Result<Option<C>, PolicyError> {
        let config = self.config.clone().map(|config| config.try_into());
        config.transpose().map_err(|error: ::toml::de::Error| PolicyError::Config(error.message().to_owned()))
    }
}
