//! Parallel sums and sorts, and pools.

use rayon::prelude::*;

fn main() {
    let sum: u64 = (0..1_000_000_u64).into_par_iter().map(|number| number % 7).sum();
    assert_eq!(sum, (0..1_000_000).map(|number| number % 7).sum());
    let mut numbers: Vec<_> = (0..200_000_u64).map(|number| number * 7919 % 100_003).collect();
    numbers.par_sort_unstable();
    assert!(numbers.is_sorted());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    let mut indices = pool.broadcast(|context| context.index());
    indices.sort_unstable();
    assert_eq!(indices, [0, 1, 2, 3]);
    println!("ok");
}
