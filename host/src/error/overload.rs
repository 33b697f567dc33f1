//! Why there was no room for a caller.

use std::time::Duration;
use thiserror::Error as ThisError;

/// Why there was no room for a caller, who may try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Overload {
    /// The caller doesn't wait, and all are taken.
    #[error("all {count} are taken, and the caller does not wait")]
    AllTaken {
        /// How many there are.
        count: usize,
    },
    /// The caller is a host function that the plugin called. It doesn't wait: it might wait for itself.
    #[error("all {count} are taken, and a caller that the plugin itself called does not wait")]
    WithinACall {
        /// How many there are.
        count: usize,
    },
    /// As many callers are waiting as may.
    #[error("all {count} are taken, and {waiting} callers are waiting already")]
    QueueFull {
        /// How many there are.
        count: usize,
        /// How many callers may wait.
        waiting: usize,
    },
    /// The caller has waited for as long as it wanted to. The call was not begun.
    #[error("all {count} were taken for {waited:?}")]
    WaitedTooLong {
        /// How many there are.
        count: usize,
        /// How long the caller has waited.
        waited: Duration,
    },
}
