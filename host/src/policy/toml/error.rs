//! What can be wrong with the text of a policy.

use std::fmt;
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
    /// The text is no TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where it is.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// The text has a key that policies don't have.
    #[error("{place}: there is no `{key}` here{}", suggest(suggestion.as_deref(), known))]
    UnknownKey {
        /// Where it is.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// A similar key that exists, if there is one.
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
    /// A value is impossible.
    #[error("{place}: `{key}` {problem}")]
    Value {
        /// Where it is.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// What is wrong with the value, and what to write instead.
        problem: String,
    },
    /// The plugin's configuration has another type than the one that was asked for.
    #[error("the policy's `config` doesn't fit: {0}")]
    Config(String),
}

/// A place in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file. `None` if the policy was text from elsewhere.
    pub file: Option<PathBuf>,
    /// The line. The first is 1.
    pub line: usize,
    /// The character in the line. The first is 1.
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
