//! Interfaces that a host implements with JSON, without their traits.

use super::json;
use crate::module::ModuleInfo;
use crate::running::imports::{Answer, UntypedArgs};
use plugix_abi::Status;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor};
use plugix_abi::interface::{Shape, StreamError};
use serde_json::Value;
use std::sync::Arc;

/// A call of an interface that the host implements with JSON.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct JsonCall<'a> {
    /// The interface's name.
    pub interface: &'a str,
    /// The method, as the plugin describes it.
    pub method: &'a MethodDescriptor,
    /// The arguments, in their order. A stream is the list of its items: all of them were taken.
    pub args: &'a [Value],
    /// Why a stream among the arguments broke off, after the items that are there.
    pub broken_off: Option<&'a StreamError>,
}

/// Why such a call returns no value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JsonFailure {
    /// The method returns this error of its own.
    Returned(Value),
    /// The call fails, for the reason that the text gives.
    Failed(String),
    /// The host lacks the method. The plugin runs the default body, if the method has one.
    NotProvided,
}

/// Checks that an answer is of the type that a method returns, without calling anything. A stream is a list of items.
///
/// # Errors
/// What is wrong with the answer, in words.
pub fn check_json_answer(method: &MethodDescriptor, answer: Result<&Value, &Value>) -> Result<(), String> {
    match (answer, &method.returns.value) {
        (Ok(value), Shape::Stream(item)) => json::encode_items(item, value).map(drop),
        _ => encode(method, answer).map(drop),
    }
}

/// The functions of an interface, by what the plugin says of it. `None` if the plugin doesn't want the interface.
pub(super) fn answer(
    info: &ModuleInfo,
    interface: &str,
    implementation: impl Fn(JsonCall<'_>) -> Result<Value, JsonFailure> + Send + Sync + 'static,
) -> Option<Answer> {
    let wanted: Descriptor = info.uses.iter().find(|wanted| wanted.name == interface)?.clone();
    Some(Arc::new(move |name, args| {
        let failed = |status, problem: String| (status, problem.into_bytes());
        let Some(method) = wanted.methods.iter().find(|method| method.name == name) else {
            return failed(Status::Failed, format!("the plugin says nothing of `{name}`, which it calls"));
        };
        let decoded = match args {
            UntypedArgs::Bytes(bytes) => json::decode_args(&method.args, bytes),
            UntypedArgs::Registers(registers) => {
                json::read_registers(&method.args, registers).map(|values| json::Decoded { values, broken_off: None })
            }
        };
        let json::Decoded { values, broken_off } = match decoded {
            Ok(decoded) => decoded,
            Err(problem) => return failed(Status::BadArguments, problem),
        };
        let call = JsonCall { interface: &wanted.name, method, args: &values, broken_off: broken_off.as_ref() };
        let (status, encoded) = match implementation(call) {
            Ok(value) if matches!(args, UntypedArgs::Registers(_)) => {
                (Status::Ok, json::write_register(&method.returns.value, &value))
            }
            Ok(value) => (Status::Ok, encode(method, Ok(&value))),
            Err(JsonFailure::Returned(error)) => (Status::Error, encode(method, Err(&error))),
            Err(JsonFailure::Failed(problem)) => (Status::Failed, Err(problem)),
            Err(JsonFailure::NotProvided) => (Status::NotProvided, Ok(Vec::new())),
        };
        encoded.map_or_else(|problem| failed(Status::Failed, problem), |bytes| (status, bytes))
    }))
}

fn encode(method: &MethodDescriptor, answer: Result<&Value, &Value>) -> Result<Vec<u8>, String> {
    match (answer, &method.returns.error) {
        (Ok(value), _) => match &method.returns.value {
            Shape::Stream(item) => json::offer_items(item, value),
            shape => json::encode_shape(shape, value),
        },
        (Err(error), Some(ty)) => json::encode_value(ty, error),
        (Err(_), None) => Err(format!("`{}` returns no errors", method.signature)),
    }
}
