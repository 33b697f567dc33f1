//! Calls for callers that know the method at run time only.

use super::{Inner, Plugin};
use crate::{CallError, Error, ProtocolError, json};
use plugix_abi::export::METHOD_PREFIX;
use plugix_abi::interface::Payload;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

impl Plugin {
    /// Calls a method by its name, `method` or `interface/method`, with JSON: an array of arguments or an object by
    /// their names. Returns the result as JSON. Both are checked against the types that the plugin states.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the method's own error as JSON; [`CallError::Failed`] if the call failed.
    pub fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        let (interface, found) = self.find_method(method)?;
        let args = json::encode_args(&found.args, args)
            .map_err(|message| Error::BadArguments { method: method.to_owned(), message })?;
        let undecodable = |problem| Error::from(ProtocolError::Undecodable { what: "the result", problem });
        self.call_found(
            interface,
            found,
            &args,
            |bytes| json::decode_shape(&found.returns.value, bytes).map_err(undecodable),
            |bytes| match &found.returns.error {
                Some(error) => json::decode(error, bytes).map_err(undecodable),
                None => Err(undecodable("an error from a method that returns none".into())),
            },
        )
    }

    /// Calls a method by its name, `method` or `interface/method`, with a tuple of its arguments, as serde has them.
    /// The caller vouches for the types: `plugin.call::<_, u32>("add", &(1u32, 2u32))`.
    ///
    /// # Errors
    /// [`Error::WrongResultType`] if the result is not an `R`; the bytes of the method's own error in
    /// [`CallError::Returned`].
    pub fn call<A: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        method: &str,
        args: &A,
    ) -> Result<R, CallError<Vec<u8>>> {
        let (interface, found) = self.find_method(method)?;
        let args = postcard::to_allocvec(args)
            .map_err(|error| Error::BadArguments { method: method.to_owned(), message: error.to_string() })?;
        let wrong = |problem: String| Error::WrongResultType { method: method.to_owned(), problem };
        let value = |bytes: &[u8]| match postcard::take_from_bytes(bytes) {
            Ok((value, [])) => Ok(value),
            Ok((_, rest)) => Err(wrong(format!("{} bytes too many", rest.len()))),
            Err(error) => Err(wrong(error.to_string())),
        };
        self.call_found(interface, found, &args, value, |bytes| Ok(bytes.to_vec()))
    }

    /// The method of that name, and its interface.
    fn find_method(&self, name: &str) -> Result<(&Descriptor, &MethodDescriptor), Error> {
        let (wanted, name) = match name.rsplit_once('/') {
            Some((interface, method)) => (Some(interface), method),
            None => (None, name),
        };
        let interfaces = &self.module().info().implements;
        let mut found = interfaces
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
        &self,
        interface: &Descriptor,
        method: &MethodDescriptor,
        args: &[u8],
        value: impl FnOnce(&[u8]) -> Result<T, Error>,
        error: impl FnOnce(&[u8]) -> Result<E, Error>,
    ) -> Result<T, CallError<E>> {
        let mut inner = self.take()?;
        let Inner { instance, path } = &mut *inner;
        let export = instance.function(&format!("{METHOD_PREFIX}{}/{}", interface.name, method.name));
        let export = export.ok_or_else(|| Error::NoSuchMethod { method: method.name.clone() })?;
        path.call_encoded(
            instance,
            &method.name,
            &export,
            args,
            |payload| payload.read(value)?,
            |payload| payload.read(error)?,
        )
    }
}
