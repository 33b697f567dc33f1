//! Why a plugin's state doesn't go from one instance to the next.

use super::{Difference, Error};
use thiserror::Error as ThisError;

/// Why a plugin's state can't be saved, or can't be taken over.
#[derive(Clone, Debug, ThisError)]
#[non_exhaustive]
pub enum StateError {
    /// The plugin has no state that outlives it.
    #[error("the plugin keeps no state: it doesn't implement `plugix_guest::Stateful`")]
    Stateless,
    /// The two types differ in a way that the author didn't allow for.
    #[error("the plugin's state has another type: {0}")]
    Changed(Box<Difference>),
    /// What was saved is no value of its type.
    #[error("the saved state is broken: {problem}")]
    Broken {
        /// What is wrong with it.
        problem: String,
    },
    /// The plugin says no.
    #[error("the plugin refuses: {message}")]
    Refused {
        /// What the plugin says.
        message: String,
    },
    /// The call failed.
    #[error(transparent)]
    Failed(#[from] Error),
}
