//! Calls of a method that the caller knows at run time only.

use super::inner::Inner;
use super::{Plugin, to_vec};
#[cfg(feature = "json")]
use crate::error::ProtocolError;
use crate::error::{CallError, Error, MethodRef};
use crate::module::Module;
use crate::plugin::call::{Encoded, EncodedCall, ReadError};
#[cfg(feature = "json")]
use crate::plugin::json::{self, DecodeFailure};
use crate::running::imports::is_stopped;
use crate::running::memory::GuestPayload;
use plugix_abi::export::METHOD_PREFIX;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor};
use plugix_abi::interface::{self as abi, Bounds, Payload, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(feature = "json")]
use serde_json::Value;

impl Plugin {
    /// Calls a method by its name, `method` or `interface/method`, with JSON. The arguments are an array, or an object
    /// with their names. The result is JSON as well. Both are checked against the types that the plugin states.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the method's own error as JSON. [`CallError::Failed`] if the call failed.
    #[cfg(feature = "json")]
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        call_json(self, method, args)
    }

    /// Calls a method by its name, `method` or `interface/method`, with a tuple of its arguments in serde's form. The
    /// caller vouches for the types: `plugin.call::<_, u32>("add", &(1u32, 2u32))`.
    ///
    /// # Errors
    /// [`Error::WrongResultType`] if the result is not an `R`, or if it is a stream or a `PodVec`.
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed in
    /// another way.
    pub fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        method: &str,
        args: &A,
    ) -> Result<R, CallError<Vec<u8>>> {
        call(self, method, args)
    }
}

/// A plugin that can be called.
pub(crate) trait Lend {
    /// The module that the plugin was made from.
    fn module(&self) -> &Module;

    /// Calls `run` with one of the plugin's threads.
    fn lend<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> Result<R, Error>;
}

impl Lend for Plugin {
    fn module(&self) -> &Module {
        &self.module
    }

    fn lend<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> Result<R, Error> {
        Ok(run(&mut *self.take()?))
    }
}

/// A plugin whose exports can be called, wherever it runs.
pub(crate) trait CallExport {
    /// The module that the plugin was made from.
    fn module(&self) -> &Module;

    /// Calls an export that takes a frame. `value` or `error` sees the payload of the result.
    fn call_export<T, E>(
        &self,
        export: &str,
        name: &MethodRef<'_>,
        args: &[u8],
        value: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
        error: impl FnOnce(GuestPayload<'_>) -> Result<E, ReadError>,
    ) -> Result<T, CallError<E>>;
}

impl<L: Lend> CallExport for L {
    fn module(&self) -> &Module {
        Lend::module(self)
    }

    fn call_export<T, E>(
        &self,
        export: &str,
        name: &MethodRef<'_>,
        args: &[u8],
        value: impl FnOnce(GuestPayload<'_>) -> Result<T, ReadError>,
        error: impl FnOnce(GuestPayload<'_>) -> Result<E, ReadError>,
    ) -> Result<T, CallError<E>> {
        self.lend(|Inner { instance, path, .. }| {
            let function = instance.function(export);
            let function = function.ok_or_else(|| Error::NoSuchMethod { method: name.method.to_owned() })?;
            path.call_encoded(instance, EncodedCall { name, method: &function, args: Encoded(args) }, value, error)
        })?
    }
}

pub(crate) fn call_bytes(plugin: &impl CallExport, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
    plugin.call_export(&format!("{METHOD_PREFIX}{method}"), &MethodRef::from_path(method), args, to_vec, to_vec)
}

#[cfg(feature = "json")]
pub(crate) fn call_json(plugin: &impl CallExport, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
    let (interface, found) = find_method(plugin.module(), method)?;
    if matches!(found.returns.value, Shape::Stream(_)) {
        return Err(wrong_result(found, json::NO_STREAMS.to_owned()).into());
    }
    let args = json::encode_args(&found.args, args)
        .map_err(|message| Error::BadArguments { method: method.to_owned(), message })?;
    let undecodable = |failure| match failure {
        DecodeFailure::Wrong(problem) => ProtocolError::Undecodable { what: "the result", problem }.into(),
        DecodeFailure::TooLarge => ReadError::Refused(wrong_result(found, "it is too large to be JSON".to_owned())),
    };
    call_found(
        plugin,
        (interface, found),
        &args,
        |bytes, _| json::decode_shape(&found.returns.value, bytes).map_err(undecodable),
        |bytes, _| match &found.returns.error {
            Some(error) => json::decode(error, bytes).map_err(undecodable),
            None => Err(ProtocolError::from(abi::DecodeError::UnexpectedError).into()),
        },
    )
}

pub(crate) fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
    plugin: &impl CallExport,
    method: &str,
    args: &A,
) -> Result<R, CallError<Vec<u8>>> {
    let (interface, found) = find_method(plugin.module(), method)?;
    let shape = &found.returns.value;
    if matches!(shape, Shape::Stream(_) | Shape::Pod { .. }) {
        return Err(wrong_result(found, "streams and elements are for typed clients".to_owned()).into());
    }
    let args = postcard::to_allocvec(args)
        .map_err(|error| Error::BadArguments { method: method.to_owned(), message: error.to_string() })?;
    let refused = |problem: String| ReadError::Refused(wrong_result(found, problem));
    let bounds = |memory| Bounds { memory, is_over: is_stopped };
    let decode = |bytes: &[u8], limit| abi::decode(bytes, bounds(limit)).map_err(|error| refused(error.to_string()));
    let value = |bytes: &[u8], limit| match shape {
        // Bytes and text travel as they are. In serde's form their length comes first.
        Shape::Bytes | Shape::Text => {
            let framed = postcard::to_allocvec(bytes).map_err(|error| refused(error.to_string()))?;
            decode(&framed, limit)
        }
        _ => decode(bytes, limit),
    };
    call_found(plugin, (interface, found), &args, value, |bytes, _| Ok(bytes.to_vec()))
}

/// The method of this name, and its interface.
fn find_method<'a>(module: &'a Module, name: &str) -> Result<(&'a Descriptor, &'a MethodDescriptor), Error> {
    let (wanted, name) = match name.rsplit_once('/') {
        Some((interface, method)) => (Some(interface), method),
        None => (None, name),
    };
    let mut found = module
        .info()
        .implements
        .iter()
        .filter(|interface| wanted.is_none_or(|wanted| wanted == interface.name))
        .flat_map(|interface| interface.methods.iter().map(move |method| (interface, method)))
        .filter(|(_, method)| method.name == name);
    match (found.next(), found.next()) {
        (Some(method), None) => Ok(method),
        (Some(_), Some(_)) => Err(Error::AmbiguousMethod { method: name.to_owned() }),
        (None, _) => Err(Error::NoSuchMethod { method: name.to_owned() }),
    }
}

fn call_found<T, E>(
    plugin: &impl CallExport,
    (interface, method): (&Descriptor, &MethodDescriptor),
    args: &[u8],
    value: impl FnOnce(&[u8], usize) -> Result<T, ReadError>,
    error: impl FnOnce(&[u8], usize) -> Result<E, ReadError>,
) -> Result<T, CallError<E>> {
    let export = format!("{METHOD_PREFIX}{}/{}", interface.name, method.name);
    let name = MethodRef { interface: Some(&interface.name), method: &method.name };
    // What comes from the plugin may take so much memory.
    let value = |payload: GuestPayload<'_>| {
        let limit = payload.bounds().memory;
        payload.read(|bytes| value(bytes, limit))?
    };
    let error = |payload: GuestPayload<'_>| {
        let limit = payload.bounds().memory;
        payload.read(|bytes| error(bytes, limit))?
    };
    plugin.call_export(&export, &name, args, value, error)
}

/// The result of this method is not what the caller asked for.
fn wrong_result(method: &MethodDescriptor, problem: String) -> Error {
    Error::WrongResultType { method: method.name.clone(), problem }
}
