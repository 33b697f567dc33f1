//! Writes encoded arguments straight into guest memory.

use super::copy;
use plugix_abi::interface::{Full, Sink};
use std::marker::PhantomData;

/// A part of guest memory that takes bytes in order.
#[derive(Debug)]
pub(crate) struct GuestSink<'a> {
    to: *mut u8,
    room: usize,
    position: usize,
    memory: PhantomData<&'a mut ()>,
}

impl GuestSink<'_> {
    /// # Safety
    /// `to` is valid for writes of `room` bytes for as long as the sink lives; other threads may write them as well.
    #[inline]
    pub(super) unsafe fn new(to: *mut u8, room: usize) -> Self {
        Self { to, room, position: 0, memory: PhantomData }
    }
}

impl Sink for GuestSink<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if bytes.len() > self.room - self.position {
            return Err(Full);
        }
        // SAFETY: by the check, these bytes lie in the part that the sink was made for.
        unsafe { copy::to_guest(bytes.as_ptr(), self.to.add(self.position), bytes.len()) };
        self.position += bytes.len();
        Ok(())
    }

    #[inline]
    fn position(&self) -> usize {
        self.position
    }
}
