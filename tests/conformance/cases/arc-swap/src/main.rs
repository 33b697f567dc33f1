//! A value that threads replace while others read it.

use arc_swap::{ArcSwap, Cache};
use std::sync::Arc;
use std::thread;

fn main() {
    let shared = Arc::new(ArcSwap::from_pointee((0_u64, 0_u64)));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    shared.rcu(|old| (old.0 + 1, 2 * (old.0 + 1)));
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                let mut cache = Cache::new(Arc::clone(&shared));
                let mut last = 0;
                while last < 40_000 {
                    let pair = **cache.load();
                    assert!(pair.1 == 2 * pair.0 && pair.0 >= last, "{pair:?} after {last}");
                    last = pair.0;
                }
            });
        }
    });
    assert_eq!(**shared.load(), (40_000, 80_000));
    assert_eq!(Arc::strong_count(&shared.load_full()), 2);
    println!("ok");
}
