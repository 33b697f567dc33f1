//! Numbers as postcard has them: seven bits to a byte, the lowest first, and the highest bit says that more follow.
//!
//! postcard goes byte by byte. A processor can't foresee how many bytes the next number has, so that it waits at each number. Here
//! all bytes of a number are put together at once, for numbers that fit eight bytes.

/// The highest bit of each byte.
const MORE: u64 = 0x8080_8080_8080_8080;

/// How many bits fit eight bytes.
const BITS: u32 = 56;

/// A number that fits eight bytes: these bytes, the first one lowest, and how many they are. What is behind them is zero.
#[inline]
pub(super) const fn encoded(number: u64) -> Option<(u64, usize)> {
    if number >> BITS != 0 {
        return None;
    }
    // Groups of 28 bits, of 14 bits, and of 7 bits move apart.
    let halves = (number & 0x0fff_ffff) | ((number & 0x00ff_ffff_f000_0000) << 4);
    let quarters = (halves & 0x0000_3fff_0000_3fff) | ((halves & 0x0fff_c000_0fff_c000) << 2);
    let bytes = (quarters & 0x007f_007f_007f_007f) | ((quarters & 0x3f80_3f80_3f80_3f80) << 1);
    let bits = u64::BITS - (number | 1).leading_zeros();
    // That is the quotient by 7, rounded up.
    let len = (bits * 9 + 64) / 64;
    let before_last = (1 << (8 * (len - 1))) - 1;
    Some((bytes | (MORE & before_last), len as usize))
}

/// The number at the beginning of eight bytes, the first one lowest, and how many bytes it takes. `None` if it takes more.
#[inline]
pub(super) const fn decoded(bytes: u64) -> Option<(u64, usize)> {
    let last = !bytes & MORE;
    if last == 0 {
        return None;
    }
    let number = bytes & (last ^ (last - 1)) & !MORE;
    let pairs = (number & 0x007f_007f_007f_007f) | ((number & 0x7f00_7f00_7f00_7f00) >> 1);
    let quads = (pairs & 0x0000_3fff_0000_3fff) | ((pairs & 0x3fff_0000_3fff_0000) >> 2);
    let number = (quads & 0x0fff_ffff) | ((quads & 0x0fff_ffff_0000_0000) >> 4);
    Some((number, last.trailing_zeros() as usize / 8 + 1))
}

/// A signed number as an unsigned one: those near zero are small.
#[inline]
pub(super) const fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// The same for a number of 128 bits.
#[inline]
pub(super) const fn folded_long(number: i128) -> u128 {
    ((number << 1) ^ (number >> 127)) as u128
}

/// Undoes [`folded`].
#[inline]
pub(super) const fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Undoes [`folded_long`].
#[inline]
pub(super) const fn unfolded_long(number: u128) -> i128 {
    (number >> 1) as i128 ^ -((number & 1) as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of all lengths.
    fn numbers() -> impl Iterator<Item = u64> {
        (0..64).flat_map(|bits| [1 << bits, (1 << bits) - 1, (1 << bits) + 1, 0x9e37_79b9_7f4a_7c15 >> bits])
    }

    #[test]
    fn a_number_has_the_bytes_of_postcard() {
        for number in numbers() {
            let expected = postcard::to_allocvec(&number).unwrap();
            match encoded(number) {
                Some((bytes, len)) => {
                    assert_eq!(bytes.to_le_bytes()[..len], expected, "{number}");
                    assert!(bytes.to_le_bytes()[len..].iter().all(|byte| *byte == 0));
                    let behind = bytes | (u64::MAX.checked_shl(8 * len as u32).unwrap_or(0) & 0xa5a5_a5a5_a5a5_a5a5);
                    assert_eq!(decoded(behind), Some((number, len)), "{number}");
                }
                None => assert!(expected.len() > 8, "{number}"),
            }
        }
        assert_eq!(decoded(MORE), None);
        // postcard reads this as well.
        assert_eq!(decoded(0x0080), Some((0, 2)));
    }

    #[test]
    fn signed_numbers_are_folded_as_in_postcard() {
        for number in numbers().flat_map(|number| [number as i64, (number as i64).wrapping_neg()]) {
            assert_eq!(postcard::to_allocvec(&number).unwrap(), postcard::to_allocvec(&folded(number)).unwrap());
            assert_eq!(unfolded(folded(number)), number);
        }
    }
}
