//! Why there is no instance for a caller.

use crate::error::{LoadError, Overload};
use thiserror::Error as ThisError;

/// Why there is no instance for a caller.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum TakeError {
    /// All instances are taken, and the caller doesn't wait or has waited for long enough.
    #[error(transparent)]
    Overloaded(#[from] Overload),
    /// A new instance was made for the caller, and did not start.
    #[error("an instance could not be made")]
    Load(#[from] LoadError),
}
