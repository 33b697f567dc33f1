//! Copies between memory of one's own and memory that others may write at the same
//! time.
//!
//! To Rust, a plain `memcpy` would be a data race. So the copies here are volatile accesses, or one machine instruction
//! that the compiler can't look into. Each byte arrives as some thread wrote it, and no byte is read twice.

use bytemuck::Pod;

/// From this many bytes on, the string instruction is faster than a loop of words.
#[cfg(all(target_arch = "x86_64", not(miri)))]
const STRING_COPY_MIN: usize = 256;

/// Copies `len` bytes out of guest memory.
///
/// # Safety
/// 1. `from` is valid for reads of `len` bytes. Other threads may write them meanwhile.
/// 2. `to` is valid for writes of `len` bytes, belongs to the caller alone, and doesn't overlap with `from`.
#[inline]
pub unsafe fn from_guest(from: *const u8, to: *mut u8, len: usize) {
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

/// Copies a struct out of guest memory, in words of the struct's alignment. The writer has just written the struct
/// field by field. The processor forwards a fresh write only to a read that is no wider than the write.
///
/// # Safety
/// `from` is valid for reads of a `T`. Other threads may write it meanwhile.
#[inline]
pub unsafe fn pod_from_guest<T: Pod>(from: *const u8) -> T {
    let mut value = T::zeroed();
    let bytes = bytemuck::bytes_of_mut(&mut value);
    if align_of::<T>() == 4 {
        for (i, word) in bytes.chunks_exact_mut(4).enumerate() {
            // SAFETY: a struct of this alignment is a whole number of words long.
            let copy = unsafe { from.cast::<Unaligned<u32>>().add(i).read_volatile().0 };
            word.copy_from_slice(&copy.to_ne_bytes());
        }
    } else {
        // SAFETY: the caller promises the source. The destination is a value of this length.
        unsafe { from_guest(from, bytes.as_mut_ptr(), bytes.len()) };
    }
    value
}

/// Copies `len` bytes into guest memory.
///
/// # Safety
/// 1. `from` is valid for reads of `len` bytes and doesn't change meanwhile.
/// 2. `to` is valid for writes of `len` bytes. Other threads may read and write them meanwhile. The two don't overlap.
#[inline]
pub unsafe fn to_guest(from: *const u8, to: *mut u8, len: usize) {
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

/// Reads eight bytes at any alignment.
///
/// # Safety
/// `from` is valid for reads of eight bytes.
#[inline]
unsafe fn volatile_word(from: *const u8) -> u64 {
    // SAFETY: the caller promises the bytes, and a packed struct needs no alignment.
    unsafe { from.cast::<Unaligned<u64>>().read_volatile().0 }
}

/// Writes eight bytes at any alignment.
///
/// # Safety
/// `to` is valid for writes of eight bytes.
#[inline]
unsafe fn write_volatile_word(to: *mut u8, word: u64) {
    // SAFETY: the caller promises the bytes, and a packed struct needs no alignment.
    unsafe { to.cast::<Unaligned<u64>>().write_volatile(Unaligned(word)) }
}

/// A word at any address.
#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Unaligned<T>(T);

/// `rep movsb` is as fast as `memcpy` on every processor of the last ten years (Intel 64 and IA-32 Optimization
/// Reference Manual, "Enhanced REP MOVSB and STOSB operation"), with one exception: see [`is_close_behind`].
///
/// # Safety
/// `from` is valid for reads and `to` for writes of `len` bytes, and they don't overlap.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
unsafe fn string_copy(from: *const u8, to: *mut u8, len: usize) {
    let (from, to, len) = if is_close_behind(from, to) {
        let words = len / 8;
        // SAFETY: as below, for the whole words. What is left begins behind them.
        unsafe {
            std::arch::asm!(
                "rep movsq",
                inout("rcx") words => _,
                inout("rsi") from => _,
                inout("rdi") to => _,
                options(nostack, preserves_flags),
            );
            (from.add(words * 8), to.add(words * 8), len % 8)
        }
    } else {
        (from, to, len)
    };
    // SAFETY: the caller promises both ranges. By the ABI, the direction flag is clear when a function begins.
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

/// Whether the destination begins up to 31 bytes behind the source, as addresses within pages. There AMD's processors from
/// Zen 3 on copy 17 times slower with `rep movsb`, and 2 times with `rep movsq` (glibc's bug 30994).
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
fn is_close_behind(from: *const u8, to: *mut u8) -> bool {
    (1..32).contains(&(to.addr().wrapping_sub(from.addr()) % 4096))
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

    #[test]
    fn copies_at_every_distance_within_pages() {
        let source: Vec<u8> = (0..5000).map(|i| (i * 7 % 251) as u8).collect();
        let mut out = vec![0; 10_000];
        for distance in 0..64 {
            let at = (source.as_ptr().addr() + distance).wrapping_sub(out.as_ptr().addr()) % 4096;
            for len in [256, 263, 4097] {
                out.fill(0);
                // SAFETY: `source` has `len` bytes, and `out` has `at + len`.
                unsafe { from_guest(source.as_ptr(), out.as_mut_ptr().add(at), len) };
                assert_eq!(out[at..at + len], source[..len], "{len} bytes");
                assert!(out[..at].iter().chain(&out[at + len..]).all(|&byte| byte == 0), "beside {len} bytes");
            }
        }
    }
}
