//! Small calls: in registers, or in a frame and without the heap.

use plugix_abi::{PodSlice, interface};

/// Every kind of argument and result that is small.
#[interface(version = "1.0")]
pub trait Small {
    /// Nothing, in registers as all that follow.
    fn nothing(&self);

    /// Truth.
    fn flag(&self, value: bool) -> bool;

    /// A byte with a sign.
    fn byte(&self, value: i8) -> i8;

    /// A byte without one.
    fn octet(&self, value: u8) -> u8;

    /// Half a register.
    fn word(&self, value: u32) -> u32;

    /// The same with a sign.
    fn integer(&self, value: i32) -> i32;

    /// A fraction, by its bits.
    fn fraction(&self, value: f32) -> f32;

    /// The upper halves of three whole registers, combined.
    fn three(&self, a: u64, b: i64, c: f64) -> u32;

    /// The sum of as many as there may be.
    fn four(&self, a: u8, b: i16, c: bool, d: f32) -> i32;

    /// Panics with that number.
    fn panic(&self, code: u32) -> u32;

    /// Panics after a panic that it caught itself.
    fn catch_and_panic(&self) -> i32;

    /// How often [`Small::panic`] left its function.
    fn dropped(&self) -> u32;

    /// Traps.
    fn trap(&self);

    /// How many blocks the plugin has asked of its heap so far.
    fn allocations(&self) -> u32;

    /// The lengths of all arguments. They come in a frame, as those of all methods below do. An error if there is no
    /// text.
    fn length(&self, text: &str, bytes: &[u8], samples: PodSlice<'_, u64>) -> Result<u64, u8>;

    /// A value with parts.
    fn pair(&self, first: u16) -> (u16, Option<char>);

    /// The same bytes.
    fn echo(&self, bytes: &[u8]) -> Vec<u8>;
}
