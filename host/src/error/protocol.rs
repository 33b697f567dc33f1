//! How a plugin can break the protocol.

use plugix_abi::UnknownStatus;
use plugix_abi::interface::DecodeError;
use thiserror::Error as ThisError;

/// What the host saw when a plugin broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A pointer and a length that don't lie in the plugin's memory.
    #[error("{what} at {ptr:#x} of {len} bytes lies outside of the plugin's memory of {memory} bytes")]
    OutOfBounds {
        /// What was to be read or written.
        what: &'static str,
        /// Where the guest says that it is.
        ptr: u32,
        /// How long the guest says that it is, in bytes.
        len: u32,
        /// The memory's size in bytes.
        memory: u64,
    },
    /// A frame or a slice of structs at an address that can't be.
    #[error("{what} at {ptr:#x} is not aligned to {align} bytes")]
    Misaligned {
        /// What it is.
        what: &'static str,
        /// Where the guest says that it is.
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
    /// A result larger than the host takes.
    #[error("a result of {len} bytes is over the limit of {limit} bytes")]
    ResultTooLarge {
        /// What the guest says, in bytes.
        len: u32,
        /// The policy's limit in bytes.
        limit: u32,
    },
    /// A status code that no version of the ABI has.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// Bytes that don't decode to what they should be.
    #[error("{what} doesn't decode: {problem}")]
    Undecodable {
        /// What was to be decoded.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A thread offered itself for calls, and the host hadn't asked for one.
    #[error("a thread offered itself for calls that the host did not ask for")]
    NotAsked,
    /// An export that every plugin has is missing or has another type.
    #[error("the export `{name}` is missing or of another type than {expected}")]
    Export {
        /// The export's name.
        name: String,
        /// The type that it should have.
        expected: &'static str,
    },
}

impl From<DecodeError> for ProtocolError {
    fn from(error: DecodeError) -> Self {
        Self::Undecodable { what: "the result", problem: error.to_string() }
    }
}
