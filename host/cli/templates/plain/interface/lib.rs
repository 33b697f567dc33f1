//! What my-plugin offers its hosts.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Greets people.
#[interface(version = "1.0")]
pub trait Greets {
    /// A greeting for somebody.
    fn greet(&self, name: &str) -> Result<String, GreetError>;

    /// A greeting for each of them, in their order.
    fn greet_all(&self, names: Vec<String>) -> Result<Vec<String>, GreetError>;
}

/// Why nobody is greeted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum GreetError {
    /// There is no name.
    #[error("the name is empty")]
    NoName,
}
