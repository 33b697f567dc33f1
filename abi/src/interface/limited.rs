//! Decodes values that may take so much memory and no more, as long as somebody waits for them.
//!
//! A few bytes can mean much: an empty list takes one byte, and 24 in a `Vec` of lists. A list of `()` has any length in
//! ten bytes. So each value costs what its type takes, before it is decoded. What is within it costs again, and a value
//! may cost more than it takes, up to as many times as types stand in each other.

use super::DecodeError;
use super::decoder::Decoder;
use core::cell::Cell;
use postcard::Error;
use serde::de::{Deserialize, Error as _};

/// How far a value is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many bytes of memory the value may take, roughly. `usize::MAX` is no limit.
    pub memory: usize,
    /// Says on the calling thread that nobody waits for the value any more.
    pub is_over: fn() -> bool,
}

impl Bounds {
    /// For what is trusted.
    pub const NONE: Self = Self::of(usize::MAX);

    /// A value may take so many bytes of memory.
    pub const fn of(memory: usize) -> Self {
        Self { memory, is_over: || false }
    }
}

/// What a value costs that takes no memory: it takes time.
const NOTHING: usize = 32;

/// How deep values may stand in each other. Each level is a few frames of the stack.
const MAX_DEPTH: u32 = 128;

/// How much is paid between two looks whether decoding is over. It makes less than a millisecond.
const EVERY: usize = 16 << 10;

/// What the values of a call may still take.
#[derive(Debug)]
pub(super) struct Limit {
    bounds: Bounds,
    left: Cell<usize>,
    /// With so much left, it is time to look.
    look_at: Cell<usize>,
    is_too_large: Cell<bool>,
}

impl Limit {
    #[inline]
    pub(super) const fn new(bounds: Bounds) -> Self {
        let (left, look_at) = (bounds.memory, bounds.memory.saturating_sub(EVERY));
        Self { bounds, left: Cell::new(left), look_at: Cell::new(look_at), is_too_large: Cell::new(false) }
    }

    /// Decodes a value. Returns what comes behind it as well.
    ///
    /// # Errors
    /// When the bytes are no such value, when it takes too much memory, or when decoding is over.
    #[inline]
    pub(super) fn decode<'de, T: Deserialize<'de>>(&self, bytes: &'de [u8]) -> Result<(T, &'de [u8]), DecodeError> {
        if self.bounds.memory == usize::MAX {
            let mut from = Decoder::<false>::new(bytes, self);
            return Ok((T::deserialize(&mut from)?, from.rest()));
        }
        let mut from = Decoder::<true>::new(bytes, self);
        match T::deserialize(&mut from) {
            _ if self.is_too_large.get() => Err(DecodeError::TooLarge { limit: self.bounds.memory }),
            Ok(value) => Ok((value, from.rest())),
            Err(error) => Err(error.into()),
        }
    }

    /// Pays for a value of this type, which stands so deep in others.
    ///
    /// # Errors
    /// When that is too much, or when decoding is over.
    #[inline]
    pub(super) fn pay<T>(&self, depth: u32) -> postcard::Result<()> {
        let cost = const { if size_of::<T>() == 0 { NOTHING } else { size_of::<T>() } };
        let left = self.left.get().saturating_sub(cost);
        self.left.set(left);
        if left > self.look_at.get() && depth < MAX_DEPTH { Ok(()) } else { self.look(left, depth) }
    }

    /// How many bytes of memory can still be paid for.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    #[cold]
    fn look(&self, left: usize, depth: u32) -> postcard::Result<()> {
        self.look_at.set(left.saturating_sub(EVERY));
        if left == 0 || depth >= MAX_DEPTH {
            self.is_too_large.set(true);
            return Err(Error::custom("too large"));
        }
        if (self.bounds.is_over)() { Err(Error::custom("it is over")) } else { Ok(()) }
    }
}
