//! Results: how each kind of return type travels.

use super::limited::{Bounds, Limit};
use super::output::take;
use super::{CallError, DecodeError, Item, Output, Payload, PodVec, Scalar, Stream};
use crate::Status;
use alloc::string::String;
use alloc::vec::Vec;
use bytemuck::Pod;
use core::marker::PhantomData;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a method's return type travels. `#[interface]` chooses by the name that is written:
///
/// | written | how |
/// |---|---|
/// | `Vec<u8>`, `String`, `PodVec<T>` | [`Raw`]: the memory as it is, one copy |
/// | a number of at most 32 bits, `bool`, nothing; all arguments scalars, at most [`MAX_REGISTERS`](super::MAX_REGISTERS) | [`ScalarReturn`] |
/// | `Result<T, E>` | [`Fallible`]: `T` by these rules, or postcard of `E` |
/// | `Stream<T>` | [`Streamed`]: a handle, under which the caller pulls the items |
/// | anything else | [`Postcard`] |
pub trait Return {
    /// What the trait's method returns.
    type Returned;
    /// What the client's method returns when all went well.
    type Value;
    /// What the client's method returns else. The call itself fails with `F`.
    type Failure<F>: From<F>;

    /// Hands over what the method returned.
    fn put<O: Output>(returned: Self::Returned, output: &mut O) -> Status;

    /// Makes the value from the payload of [`Status::Ok`].
    ///
    /// # Errors
    /// When the payload can't be read or is no such value.
    fn value<P: Payload>(payload: P) -> Result<Self::Value, P::Error>;

    /// Makes the method's own error from the payload of [`Status::Error`].
    ///
    /// # Errors
    /// When the payload can't be read or is no such error. A method without an error always fails here.
    #[inline]
    fn error<P: Payload, F>(payload: P) -> Result<Self::Failure<F>, P::Error> {
        let _ = payload;
        Err(DecodeError::UnexpectedError.into())
    }

    /// Makes the value from a register. `None` if the register holds no such value.
    #[inline]
    fn scalar(bits: u32) -> Option<Self::Value> {
        let _ = bits;
        None
    }
}

/// Postcard of the value.
#[derive(Debug)]
pub struct Postcard<T>(PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Return for Postcard<T> {
    type Returned = T;
    type Value = T;
    type Failure<F> = F;

    #[inline]
    fn put<O: Output>(returned: T, output: &mut O) -> Status {
        output.encode(&returned);
        Status::Ok
    }

    #[inline]
    fn value<P: Payload>(payload: P) -> Result<T, P::Error> {
        let bounds = payload.bounds();
        Ok(payload.read(|bytes| decode(bytes, bounds))??)
    }
}

/// Postcard of the value in a frame, or 32 bits in a register.
#[derive(Debug)]
pub struct ScalarReturn<T>(PhantomData<T>);

impl<T: Scalar + Serialize + DeserializeOwned> Return for ScalarReturn<T> {
    type Returned = T;
    type Value = T;
    type Failure<F> = F;

    #[inline]
    fn put<O: Output>(returned: T, output: &mut O) -> Status {
        Postcard::put(returned, output)
    }

    #[inline]
    fn value<P: Payload>(payload: P) -> Result<T, P::Error> {
        Postcard::value(payload)
    }

    #[inline]
    fn scalar(bits: u32) -> Option<T> {
        // A narrow signed number is sign-extended in its register.
        T::from_bits(bits.into()).or_else(|| T::from_bits(i64::from(bits as i32) as u64))
    }
}

/// The value's memory as it is.
#[derive(Debug)]
pub struct Raw<T>(PhantomData<T>);

impl<T: RawValue> Return for Raw<T> {
    type Returned = T;
    type Value = T;
    type Failure<F> = F;

    #[inline]
    fn put<O: Output>(returned: T, output: &mut O) -> Status {
        returned.give(output);
        Status::Ok
    }

    #[inline]
    fn value<P: Payload>(payload: P) -> Result<T, P::Error> {
        T::take(payload)
    }
}

/// A type that [`Raw`] can return.
pub trait RawValue: Sized {
    /// Hands over the memory.
    fn give<O: Output>(self, output: &mut O);

    /// Copies the memory.
    ///
    /// # Errors
    /// When the payload can't be read or is no such value.
    fn take<P: Payload>(payload: P) -> Result<Self, P::Error>;
}

impl RawValue for Vec<u8> {
    #[inline]
    fn give<O: Output>(self, output: &mut O) {
        output.give(self);
    }

    #[inline]
    fn take<P: Payload>(payload: P) -> Result<Self, P::Error> {
        take(payload)
    }
}

impl RawValue for String {
    #[inline]
    fn give<O: Output>(self, output: &mut O) {
        output.give(self.into_bytes());
    }

    #[inline]
    fn take<P: Payload>(payload: P) -> Result<Self, P::Error> {
        Ok(Self::from_utf8(take(payload)?).map_err(|_| DecodeError::NotUtf8)?)
    }
}

impl<T: Pod> RawValue for PodVec<T> {
    #[inline]
    fn give<O: Output>(self, output: &mut O) {
        const { Self::CHECKED };
        output.give(self.into_vec());
    }

    #[inline]
    fn take<P: Payload>(payload: P) -> Result<Self, P::Error> {
        const { Self::CHECKED };
        take(payload).map(Self::from)
    }
}

/// A handle. The items stay with the method until somebody pulls them.
#[derive(Debug)]
pub struct Streamed<T>(PhantomData<T>);

impl<T: Item> Return for Streamed<T> {
    type Returned = Stream<T>;
    type Value = Stream<T>;
    type Failure<F> = F;

    fn put<O: Output>(returned: Stream<T>, output: &mut O) -> Status {
        match output.offer(returned.into_produce()) {
            Some(handle) => {
                output.give(Vec::from(handle.to_le_bytes()));
                Status::Ok
            }
            None => {
                output.give(Vec::from(*b"streams can't be passed here"));
                Status::Failed
            }
        }
    }

    fn value<P: Payload>(payload: P) -> Result<Stream<T>, P::Error> {
        payload.open().map(Stream::pulled)
    }
}

/// `R` if all went well, else postcard of `E`.
#[derive(Debug)]
pub struct Fallible<R, E>(PhantomData<(R, E)>);

impl<R: Return, E: Serialize + DeserializeOwned> Return for Fallible<R, E> {
    type Returned = Result<R::Returned, E>;
    type Value = R::Value;
    type Failure<F> = CallError<E, F>;

    #[inline]
    fn put<O: Output>(returned: Self::Returned, output: &mut O) -> Status {
        match returned {
            Ok(value) => R::put(value, output),
            Err(error) => {
                output.encode(&error);
                Status::Error
            }
        }
    }

    #[inline]
    fn value<P: Payload>(payload: P) -> Result<R::Value, P::Error> {
        R::value(payload)
    }

    #[inline]
    fn error<P: Payload, F>(payload: P) -> Result<CallError<E, F>, P::Error> {
        let bounds = payload.bounds();
        Ok(CallError::Returned(payload.read(|bytes| decode(bytes, bounds))??))
    }
}

/// Decodes a value as far as the bounds allow. The value takes all of `bytes`.
///
/// # Errors
/// When the bytes are no such value, or when the bounds don't allow it.
#[inline]
pub fn decode<T: DeserializeOwned>(bytes: &[u8], bounds: Bounds) -> Result<T, DecodeError> {
    match Limit::new(bounds).decode(bytes)? {
        (value, []) => Ok(value),
        (_, rest) => Err(DecodeError::Trailing(rest.len())),
    }
}
