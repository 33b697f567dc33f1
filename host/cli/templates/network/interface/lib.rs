//! What my-plugin offers its hosts.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// A service on the network.
#[interface(version = "1.0")]
pub trait Serves {
    /// Begins to answer at an address, and returns the one that it has: port 0 stands for any.
    fn start(&self, address: &str) -> Result<String, ServeError>;

    /// How many requests were answered.
    fn answered(&self) -> u64;
}

/// Why there is no service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum ServeError {
    /// The address can't be had. The policy may not allow it.
    #[error("can't listen on {address}: {problem}")]
    Address {
        /// What was asked for.
        address: String,
        /// What the system says.
        problem: String,
    },
}
