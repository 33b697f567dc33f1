//! Decodes values that may take so much memory and no more, as long as somebody waits for them.
//!
//! A few bytes can mean much: an empty list takes one byte, and 24 in a `Vec` of lists. A list of `()` has any length in
//! ten bytes. So each value costs what its type takes, before it is decoded. What is within it costs again, and a value
//! may cost more than it takes, up to as many times as types stand in each other.

use super::DecodeError;
use core::cell::Cell;
use core::fmt;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

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
            return Ok(postcard::take_from_bytes(bytes)?);
        }
        let mut from = postcard::Deserializer::from_bytes(bytes);
        let value = T::deserialize(Limited { from: &mut from, limit: self, depth: 0 });
        match value {
            _ if self.is_too_large.get() => Err(DecodeError::TooLarge { limit: self.bounds.memory }),
            Ok(value) => Ok((value, from.finalize()?)),
            Err(error) => Err(error.into()),
        }
    }

    #[inline]
    fn pay<E: de::Error>(&self, cost: usize, depth: u32) -> Result<(), E> {
        let left = self.left.get().saturating_sub(cost);
        self.left.set(left);
        if left > self.look_at.get() && depth < MAX_DEPTH { Ok(()) } else { self.look(left, depth) }
    }

    #[cold]
    fn look<E: de::Error>(&self, left: usize, depth: u32) -> Result<(), E> {
        self.look_at.set(left.saturating_sub(EVERY));
        if left == 0 || depth >= MAX_DEPTH {
            self.is_too_large.set(true);
            return Err(E::custom("too large"));
        }
        if (self.bounds.is_over)() { Err(E::custom("it is over")) } else { Ok(()) }
    }
}

/// Something of serde's, and what may still be spent.
struct Limited<'a, T> {
    from: T,
    limit: &'a Limit,
    depth: u32,
}

impl<'a, T> Limited<'a, T> {
    /// Pays for a value of this type.
    #[inline]
    fn pay<V, E: de::Error>(&self) -> Result<(), E> {
        let cost = const { if size_of::<V>() == 0 { NOTHING } else { size_of::<V>() } };
        self.limit.pay(cost, self.depth)
    }

    #[inline]
    fn with<U>(&self, from: U) -> Limited<'a, U> {
        Limited { from, limit: self.limit, depth: self.depth }
    }

    #[inline]
    fn within<U>(&self, from: U) -> Limited<'a, U> {
        Limited { from, limit: self.limit, depth: self.depth + 1 }
    }
}

/// Values that have no others within them.
macro_rules! plain {
    ($($method:ident)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.pay::<V::Value, D::Error>()?;
            self.from.$method(visitor)
        }
    )* };
}

/// Values that have others within them.
macro_rules! nested {
    ($($method:ident($($arg:ident: $ty:ty),*))*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.pay::<V::Value, D::Error>()?;
            let visitor = self.within(visitor);
            self.from.$method($($arg,)* visitor)
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Limited<'_, D> {
    type Error = D::Error;

    plain! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    nested! {
        deserialize_option()
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    #[inline]
    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.pay::<V::Value, D::Error>()?;
        self.from.deserialize_unit_struct(name, visitor)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.from.is_human_readable()
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Limited<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.from.expecting(f)
    }

    #[inline]
    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.from.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = self.with(inner);
        self.from.visit_some(inner)
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = self.with(inner);
        self.from.visit_newtype_struct(inner)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        let elements = self.with(elements);
        self.from.visit_seq(elements)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        let entries = self.with(entries);
        self.from.visit_map(entries)
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.with(variant);
        self.from.visit_enum(variant)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Limited<'_, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        let from = self.with(from);
        self.from.deserialize(from)
    }
}

/// How many elements there are said to be, but no more than can be paid for.
fn hint(said: Option<usize>, limit: &Limit) -> Option<usize> {
    said.map(|said| said.min(limit.left.get()))
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Limited<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.with(seed);
        self.from.next_element_seed(seed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        hint(self.from.size_hint(), self.limit)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Limited<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.with(seed);
        self.from.next_key_seed(seed)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.with(seed);
        self.from.next_value_seed(seed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        hint(self.from.size_hint(), self.limit)
    }
}

impl<'a, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Limited<'a, A> {
    type Error = A::Error;
    type Variant = Limited<'a, A::Variant>;

    #[inline]
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        let Self { from, limit, depth } = self;
        let (name, data) = from.variant_seed(Limited { from: seed, limit, depth })?;
        Ok((name, Limited { from: data, limit, depth }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Limited<'_, A> {
    type Error = A::Error;

    #[inline]
    fn unit_variant(self) -> Result<(), A::Error> {
        self.from.unit_variant()
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.with(seed);
        self.from.newtype_variant_seed(seed)
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.with(visitor);
        self.from.tuple_variant(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.with(visitor);
        self.from.struct_variant(fields, visitor)
    }
}
