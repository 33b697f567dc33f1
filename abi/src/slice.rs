//! A pointer and a length, as a guest states them.

use bytemuck::{Pod, Zeroable};

/// A run of bytes in guest memory, **as the guest claims it**: 8 bytes, aligned to 4.
///
/// On the host `P` is `u32`, an offset that nobody has checked yet. In the guest `P` may be a pointer, which is as wide
/// there. So a `static` can hold one: a constant can't turn a pointer into an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(C)]
pub struct GuestSlice<P = u32> {
    /// Where the bytes begin, from the start of the guest's memory.
    pub ptr: P,
    /// How many bytes.
    pub len: u32,
}

impl GuestSlice<u32> {
    /// The offset one past the last byte; can't overflow in 64 bits.
    pub fn end(self) -> u64 {
        u64::from(self.ptr) + u64::from(self.len)
    }
}

impl GuestSlice<*const u8> {
    /// The slice that a static string occupies.
    ///
    /// # Panics
    /// While compiling, when the string is 4 GiB or longer.
    pub const fn from_static(text: &'static str) -> Self {
        assert!(text.len() <= u32::MAX as usize, "a guest slice is at most 4 GiB long");
        Self { ptr: text.as_ptr(), len: text.len() as u32 }
    }
}

// SAFETY: two `u32`s without padding. All zeroes and every other bit pattern are values.
unsafe impl Zeroable for GuestSlice<u32> {}
// SAFETY: as above; `repr(C)`, no padding (asserted below), no pointer, `Copy` and `'static`.
unsafe impl Pod for GuestSlice<u32> {}

const _: () = assert!(size_of::<GuestSlice>() == 8 && align_of::<GuestSlice>() == 4);
