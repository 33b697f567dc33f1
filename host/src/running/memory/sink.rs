//! Writes encoded arguments straight into guest memory.

use plugix_abi::interface::{EncodeError, Full, Produce, Sink};
use plugix_shared::copy;
use std::marker::PhantomData;

/// Keeps the streams that encoded arguments refer to.
pub(crate) trait Offers {
    /// Keeps a stream. Returns the handle with which the plugin asks for the stream.
    fn offer(&self, items: Box<dyn Produce>) -> u32;
}

/// A part of guest memory that takes bytes in order.
pub(crate) struct GuestSink<'a> {
    to: *mut u8,
    room: usize,
    position: usize,
    /// Where the streams go that the bytes refer to.
    streams: Option<&'a dyn Offers>,
    memory: PhantomData<&'a mut ()>,
}

impl<'a> GuestSink<'a> {
    /// # Safety
    /// `to` is valid for writes of `room` bytes for as long as the sink lives. Other threads may write them as well.
    #[inline]
    pub(crate) unsafe fn new(to: *mut u8, room: usize) -> Self {
        Self { to, room, position: 0, streams: None, memory: PhantomData }
    }

    /// Offers streams through `streams`.
    #[inline]
    pub(crate) fn with_streams(self, streams: &'a dyn Offers) -> Self {
        Self { streams: Some(streams), ..self }
    }
}

impl Sink for GuestSink<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if bytes.len() > self.room - self.position {
            return Err(Full);
        }
        // SAFETY: by the check above, these bytes lie in the part that the sink was made for.
        unsafe { copy::to_guest(bytes.as_ptr(), self.to.add(self.position), bytes.len()) };
        self.position += bytes.len();
        Ok(())
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        let bytes = bytes.to_le_bytes();
        if bytes.len() > self.room - self.position {
            return self.write(&bytes[..len]);
        }
        // SAFETY: by the check above, eight bytes lie in the part that the sink was made for.
        unsafe { copy::to_guest(bytes.as_ptr(), self.to.add(self.position), bytes.len()) };
        self.position += len.min(bytes.len());
        Ok(())
    }

    #[inline]
    fn position(&self) -> usize {
        self.position
    }

    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        let streams = self.streams.ok_or(EncodeError::NoStreams)?;
        Ok(items.take().map_or(0, |items| streams.offer(items)))
    }
}
