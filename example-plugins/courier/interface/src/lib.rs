//! What a plugin that sends files offers.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Sends files.
#[interface(version = "1.0")]
pub trait Courier {
    /// Sends a file to an address over TCP, and returns how many bytes were sent.
    fn deliver(&self, file: &str, address: &str) -> Result<u64, DeliveryError>;
}

/// Why a file was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum DeliveryError {
    /// The file can't be read.
    #[error("can't read {file}: {problem}")]
    Unreadable {
        /// Where it is, as the plugin sees it.
        file: String,
        /// What the system says.
        problem: String,
    },
    /// The address can't be reached.
    #[error("can't reach {address}: {problem}")]
    Unreachable {
        /// What was asked for.
        address: String,
        /// What the system says.
        problem: String,
    },
    /// The connection broke off.
    #[error("the connection broke off: {problem}")]
    BrokenOff {
        /// What the system says.
        problem: String,
    },
}
