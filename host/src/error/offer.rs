//! How a guest thread leaves its wasm frames when it offers itself for calls.

use thiserror::Error as ThisError;

/// What the host's function `serve` ends the calling wasm code with: a signal to whoever called that code, and no
/// error. It is one only where the host has asked for no thread
/// ([`ProtocolError::NotAsked`](super::ProtocolError::NotAsked)).
#[derive(Clone, Copy, Debug, ThisError)]
#[error("a thread offers itself for calls")]
pub(crate) struct ThreadOffer;
