//! Reads values in postcard's encoding, as postcard does, but faster where there are many numbers.
//!
//! Each value is paid for before it is read, if the decoder pays (see [`Limit`]).

mod elements;
mod values;

use super::limited::Limit;
use super::number;
use elements::Elements;
use postcard::{Error, Result};
use serde::de::Visitor;

/// What is still to be read.
pub(super) struct Decoder<'de, 'l, const PAYS: bool> {
    rest: &'de [u8],
    limit: &'l Limit,
    /// In how many others the next value stands.
    depth: u32,
}

impl<'de, 'l, const PAYS: bool> Decoder<'de, 'l, PAYS> {
    #[inline]
    pub(super) fn new(bytes: &'de [u8], limit: &'l Limit) -> Self {
        Self { rest: bytes, limit, depth: 0 }
    }

    /// What comes behind the values that were read.
    #[inline]
    pub(super) fn rest(self) -> &'de [u8] {
        self.rest
    }

    #[inline]
    fn pay<T>(&self) -> Result<()> {
        if PAYS { self.limit.pay::<T>(self.depth) } else { Ok(()) }
    }

    /// Reads what stands in a value.
    #[inline]
    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'de [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Error::DeserializeUnexpectedEnd)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Error::DeserializeUnexpectedEnd)?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A number of so many bits, 64 at the most.
    #[inline]
    fn number<const BITS: u32>(&mut self) -> Result<u64> {
        if let Some(bytes) = self.rest.first_chunk()
            && let Some((number, len)) = number::decoded(u64::from_le_bytes(*bytes))
            && len <= BITS.div_ceil(7) as usize
            && number <= u64::MAX >> (u64::BITS - BITS)
        {
            self.rest = &self.rest[len..];
            return Ok(number);
        }
        Ok(self.long_number(BITS)? as u64)
    }

    /// A number of any length, byte by byte.
    #[cold]
    fn long_number(&mut self, bits: u32) -> Result<u128> {
        let mut number = 0;
        for at in (0..bits).step_by(7) {
            let byte = self.byte()?;
            let seven = byte & 0x7f;
            if at + 7 > bits && seven >> (bits - at) != 0 {
                return Err(Error::DeserializeBadVarint);
            }
            number |= u128::from(seven) << at;
            if byte == seven {
                return Ok(number);
            }
        }
        Err(Error::DeserializeBadVarint)
    }

    #[inline]
    fn len(&mut self) -> Result<usize> {
        Ok(self.number::<{ usize::BITS }>()? as usize)
    }

    #[inline]
    fn bytes(&mut self) -> Result<&'de [u8]> {
        let len = self.len()?;
        self.take(len)
    }

    #[inline]
    fn text(&mut self) -> Result<&'de str> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Error::DeserializeBadUtf8)
    }

    fn character(&mut self) -> Result<char> {
        let len = self.len()?;
        if len > 4 {
            return Err(Error::DeserializeBadChar);
        }
        let text = core::str::from_utf8(self.take(len)?).ok();
        // Of several characters, postcard takes the first as well.
        text.and_then(|text| text.chars().next()).ok_or(Error::DeserializeBadChar)
    }

    #[inline]
    fn elements<V: Visitor<'de>>(&mut self, len: usize, visitor: V) -> Result<V::Value> {
        self.within(|from| visitor.visit_seq(Elements { from, left: len }))
    }
}
