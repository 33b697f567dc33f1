//! Why the host stopped a plugin.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why the host stopped a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StopReason {
    /// The plugin took longer than it may.
    #[error("it took longer than {limit:?}")]
    Deadline {
        /// How long the plugin may take.
        limit: Duration,
    },
    /// What the plugin threw took more of the host's memory than it may.
    #[error(
        "its exceptions took more than {limit} bytes: throw fewer within one call, or set `Policy::exceptions` \
         (`limits.exceptions`) higher"
    )]
    Exceptions {
        /// How much all exceptions of the plugin may take, in bytes.
        limit: u64,
    },
    /// The host cancelled the plugin.
    #[error("it was cancelled")]
    Cancelled,
    /// The host unloaded the plugin.
    #[error("it was unloaded")]
    Unloaded,
}
