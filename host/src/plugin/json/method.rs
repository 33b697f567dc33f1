//! The values of one method as JSON, for whoever carries calls elsewhere and knows the method by its descriptor.

use super::{DecodeFailure, NO_STREAMS, decode, decode_shape, encode_args};
use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::MethodDescriptor;
use serde_json::Value;

/// A method whose values are to be JSON.
#[derive(Clone, Copy, Debug)]
pub struct JsonMethod<'a>(pub &'a MethodDescriptor);

impl JsonMethod<'_> {
    /// Encodes arguments as the interface does. They are an array, or an object with their names.
    ///
    /// # Errors
    /// Where a value is none that the method takes.
    pub fn arguments(self, args: &Value) -> Result<Vec<u8>, String> {
        match self.0.returns.value {
            Shape::Stream(_) => Err(NO_STREAMS.to_owned()),
            _ => encode_args(&self.0.args, args),
        }
    }

    /// What the method has returned.
    ///
    /// # Errors
    /// If the bytes are no such value, or if its JSON would take too much memory.
    pub fn value(self, bytes: &[u8]) -> Result<Value, String> {
        decode_shape(&self.0.returns.value, bytes).map_err(text)
    }

    /// The error that the method has returned.
    ///
    /// # Errors
    /// If the bytes are no such error, if the method has none, or if its JSON would take too much memory.
    pub fn error(self, bytes: &[u8]) -> Result<Value, String> {
        let ty = self.0.returns.error.as_ref().ok_or("the method returns no errors")?;
        decode(ty, bytes).map_err(text)
    }
}

fn text(failure: DecodeFailure) -> String {
    match failure {
        DecodeFailure::Wrong(problem) => problem,
        DecodeFailure::TooLarge => "it is too large to be JSON".to_owned(),
    }
}
