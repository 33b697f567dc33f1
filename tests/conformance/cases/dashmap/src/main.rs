//! A map that threads write to.

use std::thread;

fn main() {
    let map = dashmap::DashMap::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..20_000_u32 {
                    *map.entry(number % 16).or_insert(0) += 1;
                }
            });
        }
    });
    assert_eq!(map.iter().map(|entry| *entry.value()).sum::<u32>(), 80_000);
    println!("ok");
}
