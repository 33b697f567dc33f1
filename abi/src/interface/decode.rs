//! Decodes what the other side has encoded.
//!
//! Decoding a few bytes can make much of them, and many bytes take a while. On the host's side, decoding ends when the
//! plugin is stopped meanwhile.

use super::DecodeError;
use serde::Deserialize;

/// Says whether decoding is to end on the calling thread.
pub type Enough = fn() -> bool;

/// Decoding never ends early.
pub(super) fn never() -> bool {
    false
}

/// Decodes one value, and returns the bytes behind it.
#[inline]
pub(super) fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8], enough: Enough) -> Result<(T, &'a [u8]), DecodeError> {
    #[cfg(feature = "host")]
    if bytes.len() > paced::EVERY {
        return paced::take(bytes, enough);
    }
    let _ = enough;
    Ok(postcard::take_from_bytes(bytes)?)
}

#[cfg(feature = "host")]
mod paced {
    use super::{DecodeError, Enough};
    use postcard::de_flavors::Flavor;
    use postcard::{Deserializer, Error};
    use serde::Deserialize;

    /// Bytes that are decoded between two looks: they make at most as many values, which takes about a millisecond.
    pub(super) const EVERY: usize = 16 << 10;

    #[cold]
    #[inline(never)]
    pub(super) fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8], enough: Enough) -> Result<(T, &'a [u8]), DecodeError> {
        let mut deserializer = Deserializer::from_flavor(Paced { rest: bytes, look_at: bytes.len(), enough });
        let value = T::deserialize(&mut deserializer)?;
        Ok((value, deserializer.finalize()?))
    }

    struct Paced<'a> {
        rest: &'a [u8],
        /// With no more than so many bytes left, it is time to look.
        look_at: usize,
        enough: Enough,
    }

    impl Paced<'_> {
        #[inline]
        fn pace(&mut self) -> postcard::Result<()> {
            if self.rest.len() > self.look_at { Ok(()) } else { self.look() }
        }

        #[cold]
        fn look(&mut self) -> postcard::Result<()> {
            self.look_at = self.rest.len().saturating_sub(EVERY);
            if (self.enough)() { Err(Error::DeserializeUnexpectedEnd) } else { Ok(()) }
        }
    }

    impl<'a> Flavor<'a> for Paced<'a> {
        type Remainder = &'a [u8];
        type Source = &'a [u8];

        #[inline]
        fn pop(&mut self) -> postcard::Result<u8> {
            self.pace()?;
            let (byte, rest) = self.rest.split_first().ok_or(Error::DeserializeUnexpectedEnd)?;
            self.rest = rest;
            Ok(*byte)
        }

        #[inline]
        fn try_take_n(&mut self, count: usize) -> postcard::Result<&'a [u8]> {
            self.pace()?;
            let (taken, rest) = self.rest.split_at_checked(count).ok_or(Error::DeserializeUnexpectedEnd)?;
            self.rest = rest;
            Ok(taken)
        }

        fn finalize(self) -> postcard::Result<&'a [u8]> {
            Ok(self.rest)
        }

        fn size_hint(&self) -> Option<usize> {
            Some(self.rest.len())
        }
    }

    #[cfg(test)]
    mod tests {
        use super::super::{never, take};
        use super::*;
        use alloc::string::String;
        use alloc::vec;
        use alloc::vec::Vec;
        use core::sync::atomic::{AtomicUsize, Ordering};

        static LOOKS: AtomicUsize = AtomicUsize::new(0);

        fn after_ten_looks() -> bool {
            LOOKS.fetch_add(1, Ordering::Relaxed) == 10
        }

        #[test]
        fn much_is_decoded_as_little_is_until_it_is_enough() {
            let words: Vec<_> = (0..20_000_u32).map(|number| alloc::format!("word {number}")).collect();
            let mut bytes = postcard::to_allocvec(&(&words, 7_u8)).expect("it can be encoded");
            bytes.push(9);
            let (decoded, rest) = take::<(Vec<String>, u8)>(&bytes, never).expect("it is what was encoded");
            assert!(decoded == (words, 7) && rest == [9]);
            assert!(take::<(Vec<String>, u8)>(&bytes[..bytes.len() - 2], never).is_err());
            let many = postcard::to_allocvec(&vec![String::new(); 1 << 20]).expect("it can be encoded");
            assert!(take::<Vec<String>>(&many, after_ten_looks).is_err());
            assert_eq!(LOOKS.load(Ordering::Relaxed), 11);
        }
    }
}
