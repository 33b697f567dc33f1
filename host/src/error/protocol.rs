//! How a plugin can break the protocol.

use super::known::{self, Known};
use plugix_abi::UnknownStatus;
use plugix_abi::interface::DecodeError;
use serde::{Deserialize, Serialize};
use thiserror::Error as ThisError;

/// What the host saw when a plugin broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, ThisError, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A pointer and a length name a place outside of the plugin's memory.
    #[error("{what} at {ptr:#x} of {len} bytes lies outside of the plugin's memory of {memory} bytes")]
    OutOfBounds {
        /// What was to be read or written.
        #[serde(with = "known")]
        what: Known,
        /// The address that the guest gave.
        ptr: u32,
        /// The length that the guest gave, in bytes.
        len: u32,
        /// The memory's size in bytes.
        memory: u64,
    },
    /// A frame or a slice of structs has an address that isn't aligned.
    #[error("{what} at {ptr:#x} is not aligned to {align} bytes")]
    Misaligned {
        /// What isn't aligned.
        #[serde(with = "known")]
        what: Known,
        /// The address that the guest gave.
        ptr: u32,
        /// The alignment that is needed, in bytes.
        align: u32,
    },
    /// The guest has no memory left for a frame.
    #[error("the plugin has no memory for a frame of {capacity} bytes")]
    NoFrame {
        /// The room that the call needs, in bytes.
        capacity: u32,
    },
    /// A result is larger than the host takes.
    #[error("a result of {len} bytes is over the limit of {limit} bytes")]
    ResultTooLarge {
        /// The length that the guest gave, in bytes.
        len: u32,
        /// The policy's limit, in bytes.
        limit: u32,
    },
    /// A result has few bytes and means much, such as a list of very many empty lists.
    #[error(
        "the value of a result takes more than {limit} bytes of memory, or has too many levels: return less, or set \
         `Policy::result_limit` (`limits.result`) higher"
    )]
    ValueTooLarge {
        /// How much a value may take, in bytes: twice the policy's limit for results, and 4 KiB.
        limit: usize,
    },
    /// The arguments of a host function are larger than the host takes.
    #[error("arguments of {len} bytes are over the limit of {limit} bytes")]
    ArgumentsTooLarge {
        /// The length that the guest gave, in bytes.
        len: u32,
        /// The policy's limit, in bytes.
        limit: u32,
    },
    /// The guest gave a status code that the ABI doesn't have.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// Bytes don't decode to what they should be.
    #[error("{what} doesn't decode: {problem}")]
    Undecodable {
        /// What was to be decoded.
        #[serde(with = "known")]
        what: Known,
        /// What is wrong with the bytes.
        problem: String,
    },
    /// A thread offered itself for calls, and the host hadn't asked for one.
    #[error("a thread offered itself for calls that the host did not ask for")]
    NotAsked,
    /// An export that every plugin has is missing, or has another type.
    #[error("the export `{name}` is missing or of another type than {expected}")]
    Export {
        /// The export's name.
        name: String,
        /// The type that it should have.
        #[serde(with = "known")]
        expected: Known,
    },
}

impl From<DecodeError> for ProtocolError {
    fn from(error: DecodeError) -> Self {
        if let DecodeError::TooLarge { limit } = error {
            return Self::ValueTooLarge { limit };
        }
        Self::Undecodable { what: "the result", problem: error.to_string() }
    }
}
