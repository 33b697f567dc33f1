//! Why the host gave no answer.

use plugix_abi::PanicReport;
use plugix_abi::interface::{DecodeError, EncodeError, Version};
use thiserror::Error;

/// Why a call into the host failed. The host function itself didn't fail.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HostError {
    /// The host doesn't have this function. A client says ahead which later functions the host has (`has_…`).
    #[error("the host doesn't provide this function{}", came_with(*.since))]
    NotProvided {
        /// The version of the interface that the function came with, if the interface says so.
        since: Option<Version>,
    },
    /// The host function panicked; the host goes on.
    #[error("the host function panicked: {}", .0.message)]
    Panicked(PanicReport),
    /// The host function would have to wait for its own caller.
    #[error("the host function can't run now: {0}")]
    Deadlock(String),
    /// The host could not run the function.
    #[error("the host function failed: {0}")]
    Failed(String),
    /// The arguments can't be sent: this side's fault.
    #[error(transparent)]
    Arguments(#[from] EncodeError),
    /// The host could not decode the arguments.
    #[error("the host refused the arguments: {0}")]
    BadArguments(String),
    /// The host answered with something that the method doesn't return.
    #[error("the host's answer is no result of this function: {0}")]
    Result(DecodeError),
    /// The host answered with a status that this SDK doesn't know.
    #[error("the host answered with the unknown status {0}")]
    Status(u32),
}

fn came_with(since: Option<Version>) -> String {
    since.map_or_else(String::new, |since| format!(": it was built for an interface before version {since}"))
}

// Not `#[from]`, which makes it a source: clients panic with this error's text alone, so the text has to say all.
impl From<DecodeError> for HostError {
    fn from(error: DecodeError) -> Self {
        Self::Result(error)
    }
}
