//! Work for the processor: sorting, hashing, floating point.

use std::hint::black_box;

/// Does the same work `rounds` times, some tens of microseconds each. Returns a checksum.
pub fn compute(rounds: u32) -> u64 {
    (0..rounds).fold(0, |sum, round| sum ^ one(black_box(u64::from(round))))
}

fn one(seed: u64) -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1d ^ (seed + 1);
    let mut numbers: Vec<u64> = (0..1000).map(|_| random(&mut state)).collect();
    numbers.sort_unstable();
    hash(&numbers) ^ matrix(&numbers).to_bits()
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// FNV-1a, a byte at a time.
fn hash(numbers: &[u64]) -> u64 {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Multiplies two matrices that it makes from the numbers. Returns the trace.
fn matrix(numbers: &[u64]) -> f64 {
    const SIDE: usize = 20;
    let value = |at: usize| (numbers[at] >> 40) as f64;
    let product = |row: usize, column: usize| -> f64 {
        (0..SIDE).map(|at| value(row * SIDE + at) * value(SIDE * SIDE + at * SIDE + column)).sum()
    };
    let mut trace = 0.0;
    for row in 0..SIDE {
        for column in 0..SIDE {
            let product = product(row, column);
            trace += if row == column { product } else { product * 1e-9 };
        }
    }
    trace
}
