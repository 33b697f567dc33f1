//! What can go wrong with a fleet, and what the caller can know of it.

use crate::wire::failure::{Failure, FailureKind};
use plugix_abi::interface::Version;
use plugix_module::InterfaceError;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why a call has no answer.
#[derive(Clone, Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A name that can't stand in a subject of NATS.
    #[error("`{name}` can't be the name of the {what} here: take letters, digits, `_` and `-`, 128 at the most")]
    Name {
        /// What has the name.
        what: &'static str,
        /// The name, or its beginning.
        name: String,
    },
    /// No server could be reached.
    #[error(transparent)]
    Connect(#[from] Arc<ConnectError>),
    /// No host of the fleet has the interface. The call did not begin.
    #[error("no host serves `{interface}`{}: start one, or see with `plugix fleet status` why none does", of(.plugin))]
    NobodyServes {
        /// The interface, with its major version.
        interface: String,
        /// The plugin, if one was asked for.
        plugin: Option<String>,
    },
    /// The hosts have the interface in a form that doesn't fit.
    #[error(transparent)]
    Interface(Box<InterfaceError>),
    /// The plugin is older than the interface and lacks the method.
    #[error("the plugin doesn't provide `{method}`")]
    NotProvided {
        /// The method's name.
        method: &'static str,
        /// The version of the interface that the method came with, if the interface says so.
        since: Option<Version>,
    },
    /// The arguments can't be encoded, or there is a stream among them or the result. Streams stay in one machine.
    #[error("`{method}` can't be called here: {problem}")]
    Arguments {
        /// The method's name.
        method: &'static str,
        /// Why not.
        problem: String,
    },
    /// The answer is none that the method can have.
    #[error("the answer to `{method}` is none: {problem}")]
    Answer {
        /// The method's name.
        method: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A host has no answer, and says why.
    #[error("{0}")]
    Failed(Box<Failure>),
    /// The caller doesn't wait any longer. The call may have run. Its host was told to end it.
    #[error("no answer within {limit:?}; the call may have run")]
    Deadline {
        /// How long the caller waits.
        limit: Duration,
    },
    /// No host has the call any more: its host or its connection is gone. The call may have run, so it is not sent again
    /// (see `#[repeatable]`).
    #[error(
        "the host of the call is gone, and the call may have run: mark the method `#[repeatable]` if it may run twice"
    )]
    Lost,
    /// The caller has ended the call.
    #[error("the call was cancelled")]
    Cancelled,
    /// Too large for a message, and the object store that has such things can't be used.
    #[error("{len} bytes don't fit a message of the server ({limit}), and the object store says: {problem}")]
    NoRoom {
        /// The size in bytes.
        len: usize,
        /// The longest message in bytes.
        limit: usize,
        /// What is wrong with the store.
        problem: String,
    },
    /// The connection to the servers failed.
    #[error("the servers can't be asked: {0}")]
    Transport(String),
}

fn of(plugin: &Option<String>) -> String {
    plugin.as_ref().map_or_else(String::new, |plugin| format!(" of the plugin `{plugin}`"))
}

impl Error {
    /// Whether some of the call may have run.
    pub fn may_have_run(&self) -> bool {
        match self {
            Self::Deadline { .. } | Self::Lost | Self::Cancelled | Self::Answer { .. } => true,
            Self::Failed(failure) => failure.kind.may_have_run(),
            _ => false,
        }
    }

    /// The kind of the failure that a host has answered with.
    pub fn failure(&self) -> Option<FailureKind> {
        match self {
            Self::Failed(failure) => Some(failure.kind),
            _ => None,
        }
    }

    pub(crate) fn transport(error: impl std::error::Error) -> Self {
        Self::Transport(chain(&error))
    }
}

impl From<InterfaceError> for Error {
    fn from(error: InterfaceError) -> Self {
        Self::Interface(Box::new(error))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Why there is no connection.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ConnectError {
    /// An address that is none.
    #[error("`{server}` is no address of a server: write it as `nats://127.0.0.1:4222` ({problem})")]
    Address {
        /// The text.
        server: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Nobody answers.
    #[error("no server answers at {servers}: {problem}")]
    Unreachable {
        /// All addresses.
        servers: String,
        /// What the last attempt ended with.
        problem: String,
    },
    /// The server doesn't let this program in.
    #[error("the server at {servers} refuses {login}: {problem}")]
    Refused {
        /// All addresses.
        servers: String,
        /// Who the program is to the servers.
        login: &'static str,
        /// What the server says.
        problem: String,
    },
    /// There is no encrypted connection.
    #[error("no encrypted connection to {servers}: {problem}")]
    Tls {
        /// All addresses.
        servers: String,
        /// What is wrong.
        problem: String,
    },
    /// A file that the connection needs.
    #[error("{what} can't be used: {problem}")]
    File {
        /// What is in the file, and its name.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// An error with all its causes, as one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some errors have their cause's text in their own.
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
