//! What my-plugin offers its hosts, and what it needs of them.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Greets people. The plugin implements it.
#[interface(version = "1.0")]
pub trait Greets {
    /// A greeting for somebody with this nickname.
    fn greet(&self, nickname: &str) -> Result<String, GreetError>;
}

/// Knows people. The host implements it, and the plugin calls it.
#[interface(version = "1.0")]
pub trait People {
    /// The full name of somebody, if the host knows it.
    fn full_name(&self, nickname: &str) -> Option<String>;
}

/// Why nobody is greeted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum GreetError {
    /// The host doesn't know them.
    #[error("nobody is called {nickname}")]
    Unknown {
        /// Who was asked for.
        nickname: String,
    },
    /// The host doesn't answer.
    #[error("the host doesn't answer: {problem}")]
    Host {
        /// What is wrong.
        problem: String,
    },
}
