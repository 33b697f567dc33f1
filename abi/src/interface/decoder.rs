//! Reads values in postcard's encoding, as postcard does, but faster where there are many numbers.
//!
//! Each value is paid for before it is read, if the decoder pays (see [`Limit`]).

use super::limited::Limit;
use super::number;
use postcard::{Error, Result};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

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

/// Values that have no others in them.
macro_rules! plain {
    ($($method:ident: $visit:ident($from:ident => $value:expr);)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.pay::<V::Value>()?;
            let $from = self;
            visitor.$visit($value)
        }
    )* };
}

/// What the bytes would have to say themselves. postcard's don't.
macro_rules! unknown {
    ($($method:ident)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
            Err(Error::WontImplement)
        }
    )* };
}

impl<'de, const PAYS: bool> de::Deserializer<'de> for &mut Decoder<'de, '_, PAYS> {
    type Error = Error;

    plain! {
        deserialize_bool: visit_bool(from => match from.byte()? {
            0 => false,
            1 => true,
            _ => return Err(Error::DeserializeBadBool),
        });
        deserialize_i8: visit_i8(from => from.byte()? as i8);
        deserialize_i16: visit_i16(from => number::unfolded(from.number::<16>()?) as i16);
        deserialize_i32: visit_i32(from => number::unfolded(from.number::<32>()?) as i32);
        deserialize_i64: visit_i64(from => number::unfolded(from.number::<64>()?));
        deserialize_i128: visit_i128(from => number::unfolded_long(from.long_number(128)?));
        deserialize_u8: visit_u8(from => from.byte()?);
        deserialize_u16: visit_u16(from => from.number::<16>()? as u16);
        deserialize_u32: visit_u32(from => from.number::<32>()? as u32);
        deserialize_u64: visit_u64(from => from.number::<64>()?);
        deserialize_u128: visit_u128(from => from.long_number(128)?);
        deserialize_f32: visit_f32(from => f32::from_le_bytes(from.array()?));
        deserialize_f64: visit_f64(from => f64::from_le_bytes(from.array()?));
        deserialize_char: visit_char(from => from.character()?);
        deserialize_str: visit_borrowed_str(from => from.text()?);
        deserialize_string: visit_str(from => from.text()?);
        deserialize_bytes: visit_borrowed_bytes(from => from.bytes()?);
        deserialize_byte_buf: visit_bytes(from => from.bytes()?);
    }

    unknown! { deserialize_any deserialize_identifier deserialize_ignored_any }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        match self.byte()? {
            0 => visitor.visit_none(),
            1 => self.within(|from| visitor.visit_some(from)),
            _ => Err(Error::DeserializeBadOption),
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        self.within(|from| visitor.visit_newtype_struct(from))
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        let len = self.len()?;
        self.elements(len, visitor)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        self.elements(len, visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        let len = self.len()?;
        self.within(|from| visitor.visit_map(Elements { from, left: len }))
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.pay::<V::Value>()?;
        self.within(|from| visitor.visit_enum(from))
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The elements of a sequence, or the entries of a map.
struct Elements<'a, 'de, 'l, const PAYS: bool> {
    from: &'a mut Decoder<'de, 'l, PAYS>,
    left: usize,
}

impl<'de, const PAYS: bool> Elements<'_, 'de, '_, PAYS> {
    #[inline]
    fn next<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.from).map(Some)
    }

    /// How many there are said to be, but no more than can be paid for. A number that the bytes can't hold is no hint.
    #[inline]
    fn hint(&self) -> Option<usize> {
        let said = Some(self.left).filter(|said| *said <= self.from.rest.len())?;
        Some(if PAYS { said.min(self.from.limit.left()) } else { said })
    }
}

impl<'de, const PAYS: bool> de::SeqAccess<'de> for Elements<'_, 'de, '_, PAYS> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        self.next(seed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

impl<'de, const PAYS: bool> de::MapAccess<'de> for Elements<'_, 'de, '_, PAYS> {
    type Error = Error;

    #[inline]
    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        self.next(seed)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        seed.deserialize(&mut *self.from)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

impl<'de, const PAYS: bool> de::EnumAccess<'de> for &mut Decoder<'de, '_, PAYS> {
    type Error = Error;
    type Variant = Self;

    #[inline]
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self)> {
        let variant = self.number::<32>()? as u32;
        Ok((seed.deserialize(variant.into_deserializer())?, self))
    }
}

impl<'de, const PAYS: bool> de::VariantAccess<'de> for &mut Decoder<'de, '_, PAYS> {
    type Error = Error;

    #[inline]
    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value> {
        self.elements(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.elements(fields.len(), visitor)
    }
}
