//! A cache that is filled once by many threads.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

fn main() {
    let cache = moka::sync::Cache::new(1000);
    let made = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for key in 0..100 {
                    let value = cache.get_with(key, || {
                        made.fetch_add(1, Ordering::Relaxed);
                        key * 2
                    });
                    assert_eq!(value, key * 2);
                }
            });
        }
    });
    assert_eq!(made.into_inner(), 100);
    println!("ok");
}
