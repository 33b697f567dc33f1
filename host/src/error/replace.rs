//! Why a plugin was not replaced.

use super::{Error, StateError};
use std::sync::Arc;
use thiserror::Error as ThisError;

/// Why a replacement isn't recorded.
pub type Refusal = dyn std::error::Error + Send + Sync;

/// The step of a replacement that failed. The old plugin goes on.
#[derive(Clone, Debug, ThisError)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The old plugin's calls didn't end in time, or the old plugin has ended.
    #[error("the old plugin doesn't come to rest")]
    Pause(#[source] Error),
    /// The old plugin's state can't be saved.
    #[error("the old plugin doesn't save its state")]
    Save(#[source] StateError),
    /// The new plugin can't take the state over.
    #[error("the new plugin doesn't take over the state")]
    Restore(#[source] StateError),
    /// The new plugin lacks an interface of which there are clients.
    #[error("the new plugin doesn't fit the host's clients")]
    Interface(#[source] Error),
    /// Whoever keeps a record of what serves couldn't write it.
    #[error("the new plugin can't be recorded")]
    Refused(#[source] Arc<Refusal>),
}
