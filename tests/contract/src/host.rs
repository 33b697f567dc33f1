//! What the host provides to the plugins of the tests.

use crate::bench::Word;
use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A host function that does as little as can be.
#[interface(version = "1.0")]
pub trait Adder {
    /// The sum, wrapping.
    fn add(&self, a: u32, b: u32) -> u32;

    /// Takes words.
    fn take(&self, words: Vec<Word>) -> u32 {
        words.len() as u32
    }
}

/// Why [`Store`] refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub enum StoreError {
    /// There is nothing under this key.
    Missing {
        /// The key.
        key: String,
    },
}

/// Host functions with state, with errors of their own, and with bad manners.
#[interface(version = "1.1")]
pub trait Store {
    /// Keeps a value; returns how many there are.
    fn put(&self, key: &str, value: Vec<u8>) -> u64;

    /// The value under a key.
    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError>;

    /// All keys and the lengths of their values.
    fn list(&self) -> BTreeMap<String, u64>;

    /// Panics.
    fn panic(&self, message: &str) -> u64;

    /// Calls back into the plugin that calls, and returns what came of it.
    fn call_back(&self) -> String;

    /// What a host that is older doesn't have.
    fn later(&self) -> u32 {
        7
    }
}
