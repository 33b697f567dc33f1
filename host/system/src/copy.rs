//! Copies between the host's memory and a guest's, which other threads may be writing at the same time.
//!
//! A plain `memcpy` would be a data race in Rust's eyes. The copies here are volatile accesses or one machine
//! instruction that the compiler can't look into: each byte arrives as some thread wrote it, and nothing is read twice.

/// From this many bytes on, the string instruction is faster than a loop of words.
#[cfg(all(target_arch = "x86_64", not(miri)))]
const STRING_COPY_MIN: usize = 256;

/// Copies `len` bytes out of guest memory.
///
/// # Safety
/// 1. `from` is valid for reads of `len` bytes; other threads may write them meanwhile.
/// 2. `to` is valid for writes of `len` bytes, belongs to the caller alone and doesn't overlap with `from`.
#[inline]
pub(crate) unsafe fn from_guest(from: *const u8, to: *mut u8, len: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if len >= STRING_COPY_MIN {
        // SAFETY: the caller's promises are those that the function needs.
        unsafe { string_copy(from, to, len) };
        return;
    }
    let words = len / 8;
    for i in 0..words {
        // SAFETY: `i * 8 + 8 <= len`, so both places are in the ranges that the caller vouches for.
        unsafe { to.cast::<u64>().add(i).write_unaligned(volatile_word(from.add(i * 8))) };
    }
    for i in words * 8..len {
        // SAFETY: `i < len`.
        unsafe { to.add(i).write(from.add(i).read_volatile()) };
    }
}

/// Copies `len` bytes into guest memory.
///
/// # Safety
/// 1. `from` is valid for reads of `len` bytes and doesn't change meanwhile.
/// 2. `to` is valid for writes of `len` bytes; other threads may read and write them meanwhile. No overlap.
#[inline]
pub(crate) unsafe fn to_guest(from: *const u8, to: *mut u8, len: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if len >= STRING_COPY_MIN {
        // SAFETY: the caller's promises are those that the function needs.
        unsafe { string_copy(from, to, len) };
        return;
    }
    let words = len / 8;
    for i in 0..words {
        // SAFETY: `i * 8 + 8 <= len`, so both places are in the ranges that the caller vouches for.
        unsafe { write_volatile_word(to.add(i * 8), from.add(i * 8).cast::<u64>().read_unaligned()) };
    }
    for i in words * 8..len {
        // SAFETY: `i < len`.
        unsafe { to.add(i).write_volatile(from.add(i).read()) };
    }
}

/// Eight bytes at any alignment.
///
/// # Safety
/// `from` is valid for reads of eight bytes.
#[inline]
unsafe fn volatile_word(from: *const u8) -> u64 {
    // SAFETY: the caller's promise; a packed struct needs no alignment.
    unsafe { from.cast::<Unaligned<u64>>().read_volatile().0 }
}

/// Eight bytes at any alignment.
///
/// # Safety
/// `to` is valid for writes of eight bytes.
#[inline]
unsafe fn write_volatile_word(to: *mut u8, word: u64) {
    // SAFETY: the caller's promise; a packed struct needs no alignment.
    unsafe { to.cast::<Unaligned<u64>>().write_volatile(Unaligned(word)) }
}

/// A word at any address.
#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Unaligned<T>(T);

/// `rep movsb`: as fast as `memcpy` on every processor of the last ten years (Intel 64 and IA-32 Optimization
/// Reference Manual, "Enhanced REP MOVSB and STOSB operation").
///
/// # Safety
/// `from` is valid for reads and `to` for writes of `len` bytes, and they don't overlap.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
unsafe fn string_copy(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: the caller's promise. The direction flag is clear at every function's entry, by the ABI.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") len => _,
            inout("rsi") from => _,
            inout("rdi") to => _,
            options(nostack, preserves_flags),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_every_length_at_every_alignment() {
        let source: Vec<u8> = (0..600).map(|i| (i * 7 % 251) as u8).collect();
        for len in (0..40).chain([255, 256, 257, 500]) {
            for offset in 0..9 {
                let (mut out, mut back) = (vec![0; len], vec![0; len + offset]);
                // SAFETY: `source` has `offset + len` bytes, `out` has `len`, `back` has `offset + len`.
                unsafe {
                    from_guest(source.as_ptr().add(offset), out.as_mut_ptr(), len);
                    to_guest(out.as_ptr(), back.as_mut_ptr().add(offset), len);
                }
                assert_eq!(out, &source[offset..offset + len]);
                assert_eq!(&back[offset..], &out[..]);
            }
        }
    }
}
