//! What a plugin that counts words offers.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts words.
#[interface(version = "1.0")]
pub trait WordCount {
    /// Counts the words of every file below `folder` on `threads` threads, at least one. It ignores capitals.
    fn count(&self, folder: &str, threads: u32) -> Result<BTreeMap<String, u64>, CountError>;
}

/// Why there is no count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum CountError {
    /// A file or a folder that can't be read, or isn't text.
    #[error("can't read {path}: {problem}")]
    Unreadable {
        /// Where it is, as the plugin sees it.
        path: String,
        /// What the system says.
        problem: String,
    },
}
