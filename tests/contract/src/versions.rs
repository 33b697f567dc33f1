//! The same interfaces in other versions: older, newer, and changed.

use crate::host::StoreError;
use crate::typed::Shape;
use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// [`Typed`](crate::typed::Typed) after an incompatible change.
#[interface(name = "Typed", version = "3.0")]
pub trait NextTyped {
    /// The same.
    fn text(&self, text: &str) -> String;
}

/// [`Typed`](crate::typed::Typed) with methods that a later version adds.
#[interface(name = "Typed", version = "2.4")]
pub trait LaterTyped {
    /// The same.
    fn text(&self, text: &str) -> String;

    /// What older plugins lack.
    fn twice(&self, text: &str) -> String {
        let text = self.text(text);
        format!("{text}{text}")
    }
}

/// [`Typed`](crate::typed::Typed) with a method that every plugin must have.
#[interface(name = "Typed", version = "2.4")]
pub trait LargerTyped {
    /// The same.
    fn text(&self, text: &str) -> String;

    /// Another.
    fn sing(&self, verses: u8) -> String;
}

/// [`Typed`](crate::typed::Typed) with another signature.
#[interface(name = "Typed", version = "2.3")]
pub trait ChangedTyped {
    /// Takes something else.
    fn text(&self, text: &[u8]) -> String;
}

/// The same name as a type of [`Typed`](crate::typed::Typed), with more fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Everything {
    /// Enums.
    pub shapes: Vec<Shape>,
}

/// [`Typed`](crate::typed::Typed) with the same signature and another type.
#[interface(name = "Typed", version = "2.3")]
pub trait RetypedTyped {
    /// Takes another type of the same name.
    fn everything(&self, value: Everything) -> Everything;
}

/// [`Store`](crate::host::Store) before its last addition.
#[interface(name = "Store", version = "1.0")]
pub trait OlderStore {
    /// The same.
    fn put(&self, key: &str, value: Vec<u8>) -> u64;
    /// The same.
    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError>;
    /// The same.
    fn list(&self) -> BTreeMap<String, u64>;
    /// The same.
    fn panic(&self, message: &str) -> u64;
    /// The same.
    fn call_back(&self) -> String;
}

/// [`Store`](crate::host::Store) with other numbers.
#[interface(name = "Store", version = "1.1")]
pub trait ChangedStore {
    /// Returns fewer bits.
    fn put(&self, key: &str, value: Vec<u8>) -> u32;
}

/// [`Store`](crate::host::Store) without most of its methods.
#[interface(name = "Store", version = "1.1")]
pub trait SmallerStore {
    /// The same.
    fn put(&self, key: &str, value: Vec<u8>) -> u64;
}

/// [`Store`](crate::host::Store) after an incompatible change.
#[interface(name = "Store", version = "2.0")]
pub trait NextStore {
    /// The same.
    fn put(&self, key: &str, value: Vec<u8>) -> u64;
}
