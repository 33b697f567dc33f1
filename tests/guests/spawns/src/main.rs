//! Starts threads one after the other, as many as it is told, and waits for each.

use std::hint::black_box;
use std::{env, thread};

fn main() {
    let count = env::args().nth(1).map_or(0, |count| count.parse().expect("a number of threads"));
    for number in 0..count {
        let sum = thread::spawn(move || black_box(number) + 1_u64).join().expect("the thread is well");
        assert_eq!(sum, number + 1);
    }
}
