//! Computes for a while in functions whose names a profile shows.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

plugix_guest::metadata!("Computes in functions with names");

/// Runs `work` again and again for so many milliseconds.
fn during(milliseconds: &[u8], mut work: impl FnMut()) -> String {
    let time = Duration::from_millis(String::from_utf8_lossy(milliseconds).parse().unwrap());
    let begun = Instant::now();
    while begun.elapsed() < time {
        work();
    }
    "done".to_owned()
}

#[inline(never)]
fn adds_squares(count: u64) -> u64 {
    (0..count).fold(0, |sum: u64, number| black_box(sum.wrapping_add(number.wrapping_mul(number))))
}

#[inline(never)]
fn mixes_bits(count: u64) -> u64 {
    (0..count).fold(1, |state: u64, number| black_box((state ^ number).rotate_left(7).wrapping_mul(0x9e37_79b9)))
}

#[inline(never)]
fn calls_what_mixes(count: u64) -> u64 {
    mixes_bits(count).wrapping_add(1)
}

#[inline(never)]
fn asks_for_the_time() {
    for _ in 0..1000 {
        black_box(Instant::now());
    }
}

#[inline(never)]
fn copies(from: &[u8], to: &mut [u8]) {
    to.copy_from_slice(black_box(from));
}

plugix_guest::export! {
    fn two_threads(milliseconds: &[u8]) -> String {
        let own = milliseconds.to_vec();
        let other = thread::spawn(move || during(&own, || { black_box(adds_squares(100_000)); }));
        let done = during(milliseconds, || { black_box(calls_what_mixes(100_000)); });
        other.join().unwrap();
        done
    }

    fn system_calls(milliseconds: &[u8]) -> String {
        during(milliseconds, asks_for_the_time)
    }

    fn bulk(milliseconds: &[u8]) -> String {
        let (from, mut to) = (vec![1; 4 << 20], vec![0; 4 << 20]);
        during(milliseconds, || copies(&from, black_box(&mut to)))
    }

    fn work(count: &[u8]) -> String {
        let count = String::from_utf8_lossy(count).parse().unwrap();
        (calls_what_mixes(count) ^ adds_squares(count)).to_string()
    }
}
