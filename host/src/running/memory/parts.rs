//! Pieces of guest memory that the kernel reads and writes in place.

use super::GuestMemory;
use crate::error::ProtocolError;
use plugix_system::{Part, Word};
use wasmer::AsStoreRef;

impl GuestMemory {
    /// `len` bytes from `ptr` on, for the time of a system call.
    #[inline]
    pub(crate) fn part(&mut self, store: &impl AsStoreRef, ptr: u32, len: u32) -> Result<Part, ProtocolError> {
        let start = self.locate(store, "a system call's buffer", ptr, len)?;
        // SAFETY: `locate` has shown that the bytes lie in the memory, which never moves or shrinks, and which lives as
        // long as the store whose call this is. They are no Rust object's.
        Ok(unsafe { Part::new(start, len as usize) })
    }

    /// The word at `ptr`, for the time of a system call; none if the address is no multiple of 4.
    #[inline]
    pub(crate) fn word(&mut self, store: &impl AsStoreRef, ptr: u32) -> Result<Option<Word>, ProtocolError> {
        let start = self.locate(store, "a system call's word", ptr, size_of::<u32>() as u32)?;
        // SAFETY: as for `part`; a memory begins at a page.
        Ok(unsafe { Word::new(start.cast()) }.ok())
    }
}
