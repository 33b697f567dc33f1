//! What my-plugin offers its hosts.

use plugix_abi::{Schema, Stream, interface};
use serde::{Deserialize, Serialize};

/// Searches texts of any length.
#[interface(version = "1.0")]
pub trait Searches {
    /// The lines that have this word. Each is looked for when somebody asks for the next one.
    fn search(&self, lines: Stream<String>, word: &str) -> Stream<String>;

    /// How many lines there are. It holds one of them at a time.
    fn count(&self, lines: Stream<String>) -> Result<u64, SearchError>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum SearchError {
    /// The lines broke off.
    #[error("the text broke off: {problem}")]
    BrokenOff {
        /// What is wrong.
        problem: String,
    },
}
