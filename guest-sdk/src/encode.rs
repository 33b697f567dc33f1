//! Encodes a result: into the room that its frame has, and into the heap once that is full.

use plugix_abi::interface::{EncodeArg, EncodeError, Full, Sink, Value};
use serde::Serialize;
use std::marker::PhantomData;

/// Where an encoded result is.
#[derive(Debug, PartialEq)]
pub(crate) enum Encoded {
    /// At the begin of the room, so many bytes long.
    InRoom(usize),
    /// The room was too small for it.
    InHeap(Vec<u8>),
}

/// Encodes `value` as postcard does.
///
/// # Errors
/// When the value's `Serialize` implementation fails.
#[inline]
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, room: &mut [u8]) -> Result<Encoded, EncodeError> {
    let mut encoder = Encoder::new(room);
    Value(value).encode(&mut encoder)?;
    Ok(encoder.finish())
}

/// Takes the bytes.
struct Encoder<'r> {
    /// The room's begin, or that of the heap's.
    start: *mut u8,
    capacity: usize,
    len: usize,
    /// Has a capacity once all bytes are there. Its own length is that of the latest growth.
    heap: Vec<u8>,
    room: PhantomData<&'r mut [u8]>,
}

impl<'r> Encoder<'r> {
    #[inline]
    fn new(room: &'r mut [u8]) -> Self {
        Self { start: room.as_mut_ptr(), capacity: room.len(), len: 0, heap: Vec::new(), room: PhantomData }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let more = more.max(self.len);
        if self.heap.capacity() == 0 {
            self.heap.reserve(self.len + more);
            // SAFETY: the first `len` bytes of the room were written, and nothing else uses the room.
            self.heap.extend_from_slice(unsafe { std::slice::from_raw_parts(self.start, self.len) });
        } else {
            // SAFETY: the first `len` bytes of the heap's were written.
            unsafe { self.heap.set_len(self.len) };
            self.heap.reserve(more);
        }
        (self.start, self.capacity) = (self.heap.as_mut_ptr(), self.heap.capacity());
    }

    #[inline]
    fn finish(mut self) -> Encoded {
        if self.heap.capacity() == 0 {
            return Encoded::InRoom(self.len);
        }
        // SAFETY: the first `len` bytes of the heap's were written.
        unsafe { self.heap.set_len(self.len) };
        Encoded::InHeap(self.heap)
    }
}

impl Sink for Encoder<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if bytes.len() > self.capacity - self.len {
            self.grow(bytes.len());
        }
        // SAFETY: behind the first `len` bytes there is room for these.
        unsafe { self.start.add(self.len).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.len += bytes.len();
        Ok(())
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        let bytes = bytes.to_le_bytes();
        if bytes.len() > self.capacity - self.len {
            // The room may have as many as are needed.
            return self.write(&bytes[..len]);
        }
        // SAFETY: behind the first `len` bytes there is room for eight.
        unsafe { self.start.add(self.len).cast::<[u8; 8]>().write(bytes) };
        self.len += len.min(bytes.len());
        Ok(())
    }

    #[inline]
    fn position(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_encoded_as_postcard_does() {
        let strings: Vec<_> = (0..9).map(|len| "é".repeat(len)).collect();
        let value = (-1_i8, u64::MAX, (0..40).map(|bit| 1_u64 << bit).collect::<Vec<_>>(), strings, Some(1.5));
        let expected = postcard::to_allocvec(&value).expect("it can be encoded");
        for room in 0..expected.len() + 2 {
            let mut room = vec![0; room];
            match encode(&value, &mut room) {
                Ok(Encoded::InRoom(len)) => assert_eq!(room[..len], expected),
                Ok(Encoded::InHeap(bytes)) => {
                    assert!(room.len() < expected.len(), "there was room");
                    assert_eq!(bytes, expected);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_encoded_is_an_error() {
        let endless = std::iter::repeat_n(1, 3).filter(|_| true);
        struct Unknown<I>(std::cell::RefCell<I>);
        impl<I: Iterator<Item = i32>> Serialize for Unknown<I> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(&mut *self.0.borrow_mut())
            }
        }
        assert!(encode(&Unknown(endless.into()), &mut []).is_err());
    }
}
