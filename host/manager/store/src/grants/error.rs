//! Why something can't be granted, and why a plugin can't start.

use super::{Origin, PromptError};
use plugix_requests::document::{DocumentError, Place};
use plugix_requests::{Item, RequestError, Requests};
use std::io;
use std::path::PathBuf;
use thiserror::Error as ThisError;

/// Why something can't be granted.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum GrantError {
    /// More is allowed than was asked for.
    #[error("the plugin asks to {asked}, and would be allowed to {allowed}: add that beside what it asks for")]
    MoreThanAsked {
        /// What was asked for, in words.
        asked: String,
        /// What would be allowed, in words.
        allowed: String,
    },
    /// A folder is granted, and it is not said which. The text is the request in words.
    #[error("to {0}: say which folder")]
    NeedsFolder(String),
    /// A host's folder is not named by an absolute path of UTF-8.
    #[error("{0:?} can't be granted: name the folder by its absolute path, in UTF-8")]
    HostPath(PathBuf),
    /// This version of Plugix can't grant it. The text is the request in words.
    #[error("nobody can grant {0}")]
    Unknown(String),
    /// It is not possible.
    #[error(transparent)]
    Impossible(RequestError),
    /// A prompt answered fewer or more requests than it was asked.
    #[error("{asked} requests were asked, and {answered} answered")]
    Answers {
        /// How many were asked.
        asked: usize,
        /// How many were answered.
        answered: usize,
    },
}

/// What is wrong with the text of grants.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum GrantsTextError {
    /// The text.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What it grants.
    #[error("{place}: {problem}")]
    Grant {
        /// Where it is.
        place: Place,
        /// What is wrong with it.
        problem: GrantError,
    },
}

/// Why a plugin has no grant with which it could start, or why grants can't be kept.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum GrantsError {
    /// The plugin needs what was refused.
    #[error("the plugin of {origin} can't start: {}", needs(needed))]
    Refused {
        /// Where the plugin is from.
        origin: Origin,
        /// What it needs.
        needed: Requests,
    },
    /// The file can't be read or written.
    #[error("can't {what} {}", path.display())]
    Io {
        /// What can't be done.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not one of grants, or is damaged. Nothing of it counts.
    #[error(transparent)]
    Text(#[from] GrantsTextError),
    /// What was answered can't be granted.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// Nobody answered.
    #[error(transparent)]
    Prompt(#[from] PromptError),
}

fn needs(needed: &Requests) -> String {
    let words = |request: &plugix_requests::Request| match &request.item {
        Item::Unknown { kind, .. } => format!("it needs {kind:?}, which this version of Plugix doesn't know"),
        item => format!("it needs to {item}, and that was refused"),
    };
    needed.iter().map(words).collect::<Vec<_>>().join("; ")
}
