//! JSON in and out, by the types in a plugin's descriptor. This is for callers who know a method at run time only.
//!
//! The JSON is what serde makes of the types. Structs are objects, enums are externally tagged, and an absent option is
//! `null`.

mod args;
mod budget;
mod decode;
mod encode;
mod method;
mod pod;
mod stream;

pub(crate) use args::{Decoded, decode_args, encode_shape, read_registers, write_register};
pub(crate) use decode::{decode, decode_shape};
pub(crate) use encode::{encode_args, encode_value};
pub use method::JsonMethod;
pub(crate) use stream::{encode_items, offer_items};

use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::{ArgDescriptor, Type};
use serde_json::Value;

/// Streams go on after a call, and JSON doesn't.
pub(crate) const NO_STREAMS: &str =
    "a stream has no form in JSON here: bind the interface, whose client passes streams";

/// Why bytes don't become JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DecodeFailure {
    /// The bytes are no value of the type. The fault is with their writer.
    Wrong(String),
    /// The bytes are a value of the type, but its JSON would take too much memory.
    TooLarge,
}

/// What is wrong with a value, and where in the value.
#[derive(Debug)]
struct Mismatch {
    /// The way to the wrong part, the outermost step last.
    path: Vec<String>,
    problem: String,
}

impl Mismatch {
    fn new(expected: &Type, found: &Value) -> Self {
        let mut found = found.to_string();
        if found.chars().count() > 40 {
            found = found.chars().take(40).collect::<String>() + "…";
        }
        Self { path: Vec::new(), problem: format!("expected {expected}, found {found}") }
    }

    /// There is nothing, and it isn't optional.
    fn missing(expected: &Type) -> Self {
        Self { path: Vec::new(), problem: format!("missing; expected {expected}") }
    }

    fn inside(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, step) in self.path.iter().rev().enumerate() {
            f.write_str(if i == 0 { "" } else { "." })?;
            f.write_str(step)?;
        }
        f.write_str(if self.path.is_empty() { "" } else { ": " })?;
        f.write_str(&self.problem)
    }
}

/// Decodes a result, and encodes it as an argument again. The fuzz targets compare the two.
pub fn there_and_back(shape: &Shape<Type>, bytes: &[u8]) -> Option<(Value, Result<Vec<u8>, String>)> {
    let value = decode_shape(shape, bytes).ok()?;
    let arg = ArgDescriptor { name: "value".into(), shape: shape.clone() };
    let encoded = encode_args(&[arg], &Value::Array(vec![value.clone()]));
    Some((value, encoded))
}
