//! Signals with which a function of the host ends the wasm code that called it. The host finds the signal in the
//! engine's error.

use super::{MethodName, ProtocolError};
use thiserror::Error as ThisError;

/// A guest thread offers itself for calls. This is a signal. It becomes an error, [`ProtocolError::NotAsked`], only
/// where the host asked for no thread.
#[derive(Clone, Copy, Debug, ThisError)]
#[error("a thread offers itself for calls")]
pub(crate) struct ThreadOffer;

/// The plugin broke the protocol when it called a function of the host.
#[derive(Debug, ThisError)]
#[error("a call of the host's `{function}` broke the protocol")]
pub(crate) struct HostBreach {
    pub(crate) function: MethodName,
    #[source]
    pub(crate) error: ProtocolError,
}
