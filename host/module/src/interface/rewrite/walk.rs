//! Reads and writes what values are made of, and counts what that costs.

use super::Result;
use plugix_abi::interface::descriptor::Primitive;
use plugix_abi::interface::{Bounds, DecodeError};
use postcard::Error::{self as Bad, *};

/// What a value costs that has no bytes: it takes time.
const NOTHING: usize = 32;

/// How much is paid between two looks whether somebody still waits.
const EVERY: usize = 16 << 10;

/// Goes over values and writes them anew.
pub(super) struct Walk<'a> {
    pub(super) all: &'a [u8],
    pub(super) at: usize,
    pub(super) written: Vec<u8>,
    /// Whether values are read and not written.
    pub(super) skips: bool,
    bounds: Bounds,
    left: usize,
    /// With so much left, it is time to look.
    look_at: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(all: &'a [u8], bounds: Bounds) -> Self {
        let left = bounds.memory;
        let written = Vec::with_capacity(all.len().saturating_add(64).min(left));
        Self { all, at: 0, written, skips: false, bounds, left, look_at: left.saturating_sub(EVERY) }
    }

    pub(super) fn end(self) -> Result<Vec<u8>> {
        match self.all.len() - self.at {
            0 => Ok(self.written),
            left => Err(DecodeError::Trailing(left)),
        }
    }

    pub(super) fn primitive(&mut self, primitive: Primitive) -> Result<()> {
        use Primitive::*;
        match primitive {
            Bool => self.flag(DeserializeBadBool).map(drop),
            U8 | I8 => self.copy(1),
            U16 | I16 => self.varint(16),
            U32 | I32 => self.varint(32),
            U64 | I64 | Usize | Isize => self.varint(64),
            U128 | I128 => self.varint(128),
            F32 => self.copy(4),
            F64 => self.copy(8),
            Unit => self.pay(NOTHING),
            Bytes => {
                let len = self.length()?;
                self.copy(len)
            }
            String => {
                let len = self.length()?;
                self.text(len).map(drop)
            }
            Char => {
                let len = self.length()?;
                let mut chars = self.text(len)?.chars();
                match (chars.next(), chars.next()) {
                    (Some(_), None) => Ok(()),
                    _ => Err(bad(DeserializeBadChar)),
                }
            }
        }
    }

    pub(super) fn flag(&mut self, otherwise: Bad) -> Result<bool> {
        let byte = self.peek(1)?[0];
        self.copy(1)?;
        match byte {
            0 | 1 => Ok(byte == 1),
            _ => Err(bad(otherwise)),
        }
    }

    pub(super) fn text(&mut self, len: usize) -> Result<&'a str> {
        let bytes = self.peek(len)?;
        self.copy(len)?;
        std::str::from_utf8(bytes).map_err(|_| bad(DeserializeBadUtf8))
    }

    /// Passes on the number of bytes or elements that follow.
    pub(super) fn length(&mut self) -> Result<usize> {
        let start = self.at;
        let length = self.read_varint(64)?;
        self.write_from(start)?;
        usize::try_from(length).map_err(|_| bad(DeserializeBadVarint))
    }

    /// Passes on a number of so many bits.
    pub(super) fn varint(&mut self, bits: u32) -> Result<()> {
        let start = self.at;
        self.read_varint(bits)?;
        self.write_from(start)
    }

    pub(super) fn read_varint(&mut self, bits: u32) -> Result<u128> {
        let mut number = 0_u128;
        for shift in (0..bits).step_by(7) {
            let byte = self.peek(1)?[0];
            self.at += 1;
            let part = u128::from(byte & 0x7f);
            if part >> (bits - shift).min(7) != 0 {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(bad(DeserializeBadVarint))
    }

    pub(super) fn write_varint(&mut self, mut number: u32) -> Result<()> {
        while number >= 0x80 {
            self.write(&[number as u8 | 0x80])?;
            number >>= 7;
        }
        self.write(&[number as u8])
    }

    pub(super) fn copy(&mut self, len: usize) -> Result<()> {
        let bytes = self.peek(len)?;
        self.at += len;
        self.write(bytes)
    }

    pub(super) fn write_from(&mut self, start: usize) -> Result<()> {
        self.write(&self.all[start..self.at])
    }

    pub(super) fn peek(&self, len: usize) -> Result<&'a [u8]> {
        let all = self.all;
        all[self.at..].get(..len).ok_or(bad(DeserializeUnexpectedEnd))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.pay(bytes.len())?;
        if !self.skips {
            self.written.extend_from_slice(bytes);
        }
        Ok(())
    }

    pub(super) fn pay_if(&mut self, is_nothing: bool) -> Result<()> {
        if is_nothing { self.pay(NOTHING) } else { Ok(()) }
    }

    pub(super) fn pay(&mut self, cost: usize) -> Result<()> {
        self.left = self.left.checked_sub(cost).ok_or(DecodeError::TooLarge { limit: self.bounds.memory })?;
        if self.left < self.look_at {
            self.look_at = self.left.saturating_sub(EVERY);
            if (self.bounds.is_over)() {
                return Err(DecodeError::Truncated);
            }
        }
        Ok(())
    }
}

pub(super) fn bad(error: Bad) -> DecodeError {
    DecodeError::Postcard(error)
}
