//! Honest work. Its answer shows whether anything went wrong.

use std::io::{self, Write};
use std::sync::{Barrier, Mutex};
use std::thread;

pub(crate) fn fibonacci(n: u32) -> u64 {
    if std::hint::black_box(n) < 2 { u64::from(n) } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

/// Numbers that follow from each other; the last one.
fn walk(from: u64) -> u64 {
    let table: Vec<u64> = (0..10_000).map(|index| index * index).collect();
    (0..100_000).fold(from, |at, _| at.rotate_left(5) ^ table[(at % 10_000) as usize])
}

/// All threads come to this together: each walks, waits for the host, walks on from there, and adds what it finds.
pub(crate) fn together(threads: u64) -> u64 {
    let sum = Mutex::new(0_u64);
    let all_there = Barrier::new(threads as usize);
    thread::scope(|scope| {
        for index in 0..threads {
            let sum = &sum;
            let all_there = &all_there;
            scope.spawn(move || {
                let half = walk(index);
                all_there.wait();
                // The host returns from this when it wants to.
                let _ = io::stderr().write_all(b"half\n");
                let whole = walk(half);
                *sum.lock().unwrap() ^= whole;
            });
        }
    });
    sum.into_inner().unwrap()
}
