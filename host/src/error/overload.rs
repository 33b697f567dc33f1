//! Why there was no room for a caller.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why there was no room for a caller. The caller may try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Overload {
    /// Everything is taken, and the caller doesn't wait.
    #[error("all {count} are taken, and the caller does not wait")]
    AllTaken {
        /// How many calls can run at the same time.
        count: usize,
    },
    /// The caller is a host function that the plugin called. Such a caller doesn't wait, because it might wait for
    /// itself.
    #[error("all {count} are taken, and a caller that the plugin itself called does not wait")]
    WithinACall {
        /// How many calls can run at the same time.
        count: usize,
    },
    /// The plugin was to come to rest, and the one who asks for that is below a call of the plugin.
    #[error(
        "a call of the plugin itself asks for the end of the plugin's calls, and would wait for itself: ask on another thread"
    )]
    OwnCall,
    /// As many callers wait already as may wait.
    #[error("all {count} are taken, and {waiting} callers are waiting already")]
    QueueFull {
        /// How many calls can run at the same time.
        count: usize,
        /// How many callers wait.
        waiting: usize,
    },
    /// The caller has waited for as long as it wanted to. The call did not begin.
    #[error("all {count} were taken for {waited:?}")]
    WaitedTooLong {
        /// How many calls can run at the same time.
        count: usize,
        /// How long the caller has waited.
        waited: Duration,
    },
}
