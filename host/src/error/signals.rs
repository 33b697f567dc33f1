//! What the host's functions end the wasm code with that called them: whoever called that code finds it in the engine's
//! error.

use super::{MethodName, ProtocolError};
use thiserror::Error as ThisError;

/// A guest thread offers itself for calls. A signal, and an error only where the host has asked for no thread:
/// [`ProtocolError::NotAsked`].
#[derive(Clone, Copy, Debug, ThisError)]
#[error("a thread offers itself for calls")]
pub(crate) struct ThreadOffer;

/// The plugin broke the protocol when it called a function of the host's.
#[derive(Debug, ThisError)]
#[error("a call of the host's `{function}` broke the protocol")]
pub(crate) struct HostBreach {
    pub(crate) function: MethodName,
    #[source]
    pub(crate) error: ProtocolError,
}
