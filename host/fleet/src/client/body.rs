//! An answer's body, as a client decodes it.

use plugix_abi::interface::{Bounds, DecodeError, Payload};
use plugix_module::interface::Rewrite;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// How many bytes of memory the value of an answer may take: some bytes mean much.
pub(super) const DECODED: Bounds = Bounds::of(4 * crate::objects::MAX_LEN);

/// The bytes that a host sent, and what they are rewritten by.
pub(super) struct Body<'a>(pub(super) &'a [u8], pub(super) Option<&'a Arc<Rewrite>>);

// SAFETY: `copy_to` writes each byte of `room`, which is as long as the body: a length that differs is a panic.
unsafe impl Payload for Body<'_> {
    type Error = DecodeError;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), DecodeError> {
        room.write_copy_of_slice(self.0);
        Ok(())
    }

    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        match self.1 {
            None => Ok(read(self.0)),
            Some(rewrite) => Ok(read(&rewrite.value(self.0, DECODED)?)),
        }
    }

    fn bounds(&self) -> Bounds {
        DECODED
    }
}
