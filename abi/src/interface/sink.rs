//! Where encoded bytes go.

use super::{EncodeError, Produce};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::MaybeUninit;

/// Takes encoded bytes in order: a buffer, or another program's memory.
pub trait Sink {
    /// Appends `bytes`.
    ///
    /// # Errors
    /// When they don't fit; what was written before stays.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full>;

    /// Appends the first `len` bytes of `bytes`, the lowest first. There are eight at the most.
    ///
    /// # Errors
    /// When they don't fit.
    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        self.write(&bytes.to_le_bytes()[..len])
    }

    /// How many bytes were written so far. The reader has position 0 at a multiple of 16 bytes.
    fn position(&self) -> usize;

    /// Takes the items of a stream out of `items`. The reader pulls them under the handle that this returns.
    ///
    /// # Errors
    /// When streams can't be offered here.
    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        let _ = items;
        Err(EncodeError::NoStreams)
    }
}

/// A [`Sink`] has no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Sink for Vec<u8> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        let end = self.len() + len;
        // A copy of any length would be a call.
        self.extend_from_slice(&bytes.to_le_bytes());
        self.truncate(end);
        Ok(())
    }

    #[inline]
    fn position(&self) -> usize {
        self.len()
    }
}

/// Counts what would be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure(usize);

impl Sink for Measure {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.0 = self.0.checked_add(bytes.len()).ok_or(Full)?;
        Ok(())
    }

    #[inline]
    fn write_few(&mut self, _: u64, len: usize) -> Result<(), Full> {
        self.0 = self.0.checked_add(len).ok_or(Full)?;
        Ok(())
    }

    #[inline]
    fn position(&self) -> usize {
        self.0
    }

    fn offer(&mut self, _: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        Ok(0) // Any handle is as long.
    }
}

/// Fills memory that may be uninitialized.
#[derive(Debug)]
pub struct SliceSink<'a> {
    room: &'a mut [MaybeUninit<u8>],
    len: usize,
}

impl<'a> SliceSink<'a> {
    /// Starts at the beginning of `room`.
    #[inline]
    pub fn new(room: &'a mut [MaybeUninit<u8>]) -> Self {
        Self { room, len: 0 }
    }

    /// What was written.
    #[inline]
    pub fn written(&self) -> &[u8] {
        let written = &self.room[..self.len];
        // SAFETY: `write` has initialized the first `len` bytes.
        unsafe { &*(core::ptr::from_ref(written) as *const [u8]) }
    }
}

impl Sink for SliceSink<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let room = self.room[self.len..].get_mut(..bytes.len()).ok_or(Full)?;
        room.write_copy_of_slice(bytes);
        self.len += bytes.len();
        Ok(())
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        match self.room[self.len..].first_chunk_mut::<8>() {
            Some(room) => {
                room.write_copy_of_slice(&bytes.to_le_bytes());
                self.len += len.min(8);
                Ok(())
            }
            None => self.write(&bytes.to_le_bytes()[..len]),
        }
    }

    #[inline]
    fn position(&self) -> usize {
        self.len
    }
}
