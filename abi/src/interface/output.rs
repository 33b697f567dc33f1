//! Where a result goes on the method's side, and where it comes from on the caller's.

use super::limited::Bounds;
use super::{BadArguments, DecodeError, Produce, Pull};
use crate::Status;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use bytemuck::Pod;
use core::mem::MaybeUninit;
use serde::Serialize;

/// Takes the result of one call.
pub trait Output {
    /// Hands over the elements' memory as it is.
    fn give<T: Pod>(&mut self, elements: Vec<T>);

    /// Hands over a value in postcard's encoding.
    ///
    /// # Panics
    /// When the value's `Serialize` implementation fails. One that names no length for a sequence does.
    fn encode<T: Serialize + ?Sized>(&mut self, value: &T);

    /// Keeps a stream's items. The caller pulls them under the handle that this returns. `None` if streams can't be
    /// offered here.
    fn offer(&mut self, items: Box<dyn Produce>) -> Option<u32> {
        let _ = items;
        None
    }

    /// Pulls the items of the stream that the caller offers under this handle. `None` if there are no streams here.
    fn open(&self, handle: u32) -> Option<Box<dyn Pull>> {
        let _ = handle;
        None
    }

    /// How far arguments are decoded. A plugin trusts its host.
    #[inline]
    fn bounds(&self) -> Bounds {
        Bounds::NONE
    }

    /// Says what is wrong with the arguments.
    #[cold]
    fn bad_arguments(&mut self, error: &BadArguments) -> Status {
        self.give(error.to_string().into_bytes());
        Status::BadArguments
    }
}

/// The result of one call, still where the other side put it.
///
/// # Safety
/// 1. [`Payload::copy_to`] has initialized all of `room` when it returns `Ok`.
pub unsafe trait Payload: Sized {
    /// Why the bytes can't be had or don't make a value.
    type Error: From<DecodeError>;

    /// How many bytes there are. This much memory is asked for, so the implementation must be right.
    fn len(&self) -> usize;

    /// Whether there are none.
    #[inline]
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies the bytes into `room`, which is [`Payload::len`] bytes long.
    ///
    /// # Errors
    /// When the other side took the bytes away.
    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), Self::Error>;

    /// Lets `read` look at a copy of the bytes. The copy doesn't change meanwhile.
    ///
    /// # Errors
    /// When the other side took the bytes away.
    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, Self::Error>;

    /// How far the value is decoded. A plugin trusts its host.
    #[inline]
    fn bounds(&self) -> Bounds {
        Bounds::NONE
    }

    /// Pulls the items of a stream. The bytes are its handle (four, the lowest first).
    ///
    /// # Errors
    /// When the bytes are no handle, or when there are no streams here.
    fn open(self) -> Result<Box<dyn Pull>, Self::Error> {
        Err(DecodeError::NoStreams.into())
    }
}

/// Copies a payload into elements of its own.
#[inline]
pub(super) fn take<T: Pod, P: Payload>(payload: P) -> Result<Vec<T>, P::Error> {
    let len = payload.len();
    let element = size_of::<T>();
    if !len.is_multiple_of(element) {
        return Err(DecodeError::PartialElement { len, element }.into());
    }
    let mut elements = Vec::<T>::with_capacity(len / element);
    let spare = &mut elements.spare_capacity_mut()[..len / element];
    // SAFETY: the same memory of `len` bytes. Bytes need no alignment, and every byte is a valid `MaybeUninit`.
    let room = unsafe { core::slice::from_raw_parts_mut(spare.as_mut_ptr().cast::<MaybeUninit<u8>>(), len) };
    payload.copy_to(room)?;
    // SAFETY: `copy_to` has initialized all bytes of these elements, and any bytes make a `Pod`.
    unsafe { elements.set_len(len / element) };
    Ok(elements)
}
