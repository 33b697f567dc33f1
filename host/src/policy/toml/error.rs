//! What can be wrong with a policy's text.

use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// What is wrong with a policy, where, and what to write instead.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file can't be read.
    #[error("can't read the policy {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        source: io::Error,
    },
    /// The text is no TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// A key that policies don't have.
    #[error("{place}: there is no `{key}` here{}", suggest(suggestion.as_deref(), known))]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// The key that was perhaps meant.
        suggestion: Option<&'static str>,
        /// The keys that are possible there.
        known: &'static [&'static str],
    },
    /// A key is missing.
    #[error("{place}: `{key}` is missing")]
    Missing {
        /// Where it should be.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
    },
    /// A value that can't be.
    #[error("{place}: `{key}` {problem}")]
    Value {
        /// Where.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// What is wrong with it, and what to write instead.
        problem: String,
    },
    /// The plugin's configuration is not of the type that was asked for.
    #[error("the policy's `config` doesn't fit: {0}")]
    Config(String),
}

/// A place in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, unless the policy was text from elsewhere.
    pub file: Option<PathBuf>,
    /// The line; the first is 1.
    pub line: usize,
    /// The character in the line; the first is 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}:{}:{}", file.display(), self.line, self.column),
            None => write!(f, "line {}, column {}", self.line, self.column),
        }
    }
}

fn suggest(suggestion: Option<&str>, known: &[&str]) -> String {
    match suggestion {
        Some(suggestion) => format!("; did you mean `{suggestion}`?"),
        None => format!("; there are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    }
}
