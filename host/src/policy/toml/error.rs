//! What can be wrong with the text of a policy.

use plugix_requests::document::DocumentError;
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// What is wrong with a policy, where it is, and what to write instead.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file can't be read.
    #[error("can't read the policy {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The text is wrong.
    #[error(transparent)]
    Text(#[from] DocumentError),
    /// The plugin's configuration has another type than the one that was asked for.
    #[error("the policy's `config` doesn't fit: {0}")]
    Config(String),
}
