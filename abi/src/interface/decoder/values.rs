//! What serde asks of a decoder: a value of each kind, and the variants of enums.

use super::super::number;
use super::{Decoder, Elements};
use postcard::{Error, Result};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

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
