//! What a plugin that misbehaves offers. Each method does on purpose what others do by mistake.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Misbehaves.
#[interface(version = "1.0")]
pub trait Mischief {
    /// Computes for ever, on so many threads.
    fn spin(&self, threads: u32);

    /// Takes memory until there is no more, and returns how many mebibytes there were.
    fn hoard(&self) -> u32;

    /// Calls itself so many times.
    fn recurse(&self, depth: u32) -> u32;

    /// Starts threads until the system refuses one.
    fn breed(&self) -> Result<u32, Refused>;

    /// Panics.
    fn panic(&self, reason: &str);

    /// Ends the plugin.
    fn exit(&self, code: i32);

    /// Prints so many lines.
    fn chatter(&self, lines: u32);
}

/// What the system says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
#[error("after {threads} threads: {problem}")]
pub struct Refused {
    /// How many threads there were.
    pub threads: u32,
    /// Why there is not another one.
    pub problem: String,
}
