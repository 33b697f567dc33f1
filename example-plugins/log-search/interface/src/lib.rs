//! What a plugin that searches logs offers.

use plugix_abi::{Schema, Stream, interface};
use serde::{Deserialize, Serialize};

/// Searches logs of any length.
#[interface(version = "1.0")]
pub trait LogSearch {
    /// The lines that contain a text. The plugin reads on when the host asks for the next one.
    fn search(&self, lines: Stream<String>, text: &str) -> Stream<Hit>;

    /// The longest line, in bytes. The plugin holds one line at a time.
    fn longest(&self, lines: Stream<String>) -> Result<u64, SearchError>;
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Hit {
    /// Its number: the first line has 1.
    pub number: u64,
    /// What it says.
    pub line: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum SearchError {
    /// The log broke off.
    #[error("{problem}")]
    BrokenOff {
        /// What is wrong.
        problem: String,
    },
}
