//! The values that stand in others.

use super::Decoder;
use postcard::{Error, Result};
use serde::de::{self, DeserializeSeed};

/// The elements of a sequence, or the entries of a map.
pub(super) struct Elements<'a, 'de, 'l, const PAYS: bool> {
    pub(super) from: &'a mut Decoder<'de, 'l, PAYS>,
    pub(super) left: usize,
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
