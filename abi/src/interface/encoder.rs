//! Writes values in postcard's encoding, as postcard does, but faster where there are many numbers.

mod nested;

use super::{EncodeError, Full, Sink, number};
use core::fmt::{self, Display, Write};
use postcard::Error;
use serde::ser::{self, Serialize};

type Result<T, E = Error> = core::result::Result<T, E>;

/// Appends `value` in postcard's encoding.
#[inline]
pub(super) fn write_postcard<T: Serialize + ?Sized>(sink: &mut impl Sink, value: &T) -> Result<(), EncodeError> {
    value.serialize(&mut Encoder(sink)).map_err(|error| match error {
        Error::SerializeBufferFull => EncodeError::Full,
        other => EncodeError::Unsupported(other),
    })
}

/// Appends a length as postcard does.
#[inline]
pub(super) fn write_len(sink: &mut impl Sink, len: usize) -> Result<(), Full> {
    write_number(sink, len as u64)
}

#[inline]
fn write_number(sink: &mut impl Sink, number: u64) -> Result<(), Full> {
    match number::encoded(number) {
        Some((bytes, len)) => sink.write_few(bytes, len),
        None => write_long_number(sink, number.into()),
    }
}

#[cold]
fn write_long_number(sink: &mut impl Sink, mut number: u128) -> Result<(), Full> {
    while number >= 0x80 {
        sink.write(&[number as u8 | 0x80])?;
        number >>= 7;
    }
    sink.write(&[number as u8])
}

#[inline]
fn or_full(written: Result<(), Full>) -> Result<()> {
    written.map_err(|Full| Error::SerializeBufferFull)
}

struct Encoder<'a, S>(&'a mut S);

impl<S: Sink> Encoder<'_, S> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        or_full(self.0.write(bytes))
    }

    #[inline]
    fn byte(&mut self, byte: u8) -> Result<()> {
        or_full(self.0.write_few(byte.into(), 1))
    }

    #[inline]
    fn number(&mut self, number: u64) -> Result<()> {
        or_full(write_number(self.0, number))
    }

    #[inline]
    fn long_number(&mut self, number: u128) -> Result<()> {
        or_full(write_long_number(self.0, number))
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.number(bytes.len() as u64)?;
        self.put(bytes)
    }
}

/// Values that have no others in them.
macro_rules! plain {
    ($($method:ident($ty:ty): $into:ident, $value:ident => $write:expr;)*) => { $(
        #[inline]
        fn $method(self, $value: $ty) -> Result<()> {
            let $into = self;
            $write
        }
    )* };
}

impl<'e, 'a, S: Sink> ser::Serializer for &'e mut Encoder<'a, S> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain! {
        serialize_bool(bool): into, value => into.byte(value.into());
        serialize_i8(i8): into, value => into.byte(value as u8);
        serialize_i16(i16): into, value => into.number(number::folded(value.into()));
        serialize_i32(i32): into, value => into.number(number::folded(value.into()));
        serialize_i64(i64): into, value => into.number(number::folded(value));
        serialize_i128(i128): into, value => into.long_number(number::folded_long(value));
        serialize_u8(u8): into, value => into.byte(value);
        serialize_u16(u16): into, value => into.number(value.into());
        serialize_u32(u32): into, value => into.number(value.into());
        serialize_u64(u64): into, value => into.number(value);
        serialize_u128(u128): into, value => into.long_number(value);
        serialize_f32(f32): into, value => into.put(&value.to_le_bytes());
        serialize_f64(f64): into, value => into.put(&value.to_le_bytes());
        serialize_char(char): into, value => into.bytes(value.encode_utf8(&mut [0; 4]).as_bytes());
        serialize_str(&str): into, value => into.bytes(value.as_bytes());
        serialize_bytes(&[u8]): into, value => into.bytes(value);
    }

    #[inline]
    fn serialize_none(self) -> Result<()> {
        self.byte(0)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.byte(1)?;
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<()> {
        self.number(index.into())
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        self.number(index.into())?;
        value.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self> {
        self.number(len.ok_or(Error::SerializeSeqLengthUnknown)? as u64)?;
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(self, _: &'static str, index: u32, _: &'static str, _: usize) -> Result<Self> {
        self.number(index.into())?;
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self> {
        self.serialize_seq(len)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self> {
        self.serialize_tuple_variant(name, index, variant, len)
    }

    /// The text is made twice, since its length comes first.
    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<()> {
        let mut len = Length(0);
        write!(len, "{text}").map_err(|_| Error::CollectStrError)?;
        self.number(len.0 as u64)?;
        write!(self, "{text}").map_err(|_| Error::CollectStrError)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }
}

struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

impl<S: Sink> Write for Encoder<'_, S> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes()).map_err(|Full| fmt::Error)
    }
}
