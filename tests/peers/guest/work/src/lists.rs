//! Lists of what has no fixed size: strings, and lists again.

use std::hint::black_box;

/// Strings are pieces of it.
const TEXT: &str = "seen from the harbour wall at noon, in fair weather";

/// Makes this many strings of 16 to 24 bytes.
pub fn strings(count: u32) -> Vec<String> {
    let piece = |at: usize| TEXT[at % 16..][..16 + at % 9].to_owned();
    (0..black_box(count as usize)).map(piece).collect()
}

/// Makes this many vectors, with 1 to 32 numbers each. The numbers are of all magnitudes.
pub fn vectors(count: u32) -> Vec<Vec<u32>> {
    let number = |row: u32, at: u32| (row + at + 1).wrapping_mul(0x9e37_79b1) >> ((row * 7 + at * 5) % 32);
    (0..black_box(count)).map(|row| (0..1 + row % 32).map(|at| number(row, at)).collect()).collect()
}

/// Turns each of the vectors around, in place, and returns them.
#[must_use]
pub fn reversed(mut vectors: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    vectors.iter_mut().for_each(|vector| vector.reverse());
    vectors
}
