//! A mutex, a lock and a condition that threads contend for.

use parking_lot::{Condvar, Mutex, RwLock};
use std::thread;
use std::time::Duration;

fn main() {
    let (count, turn, changed) = (Mutex::new(0), Mutex::new(0), Condvar::new());
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        for number in 0..4 {
            let (count, turn, changed, lock) = (&count, &turn, &changed, &lock);
            scope.spawn(move || {
                for round in 0..200 {
                    let mut held = count.lock();
                    *held += 1;
                    // The others have to wait.
                    thread::yield_now();
                    drop(held);
                    let mut current = turn.lock();
                    changed.wait_while(&mut current, |current| *current % 4 != number);
                    *current += 1;
                    changed.notify_all();
                    drop(current);
                    if round % 2 == 0 { *lock.write() += 1 } else { assert!(*lock.read() > 0) }
                }
            });
        }
    });
    assert_eq!((*count.lock(), *turn.lock(), *lock.read()), (800, 800, 400));
    assert!(changed.wait_for(&mut turn.lock(), Duration::from_millis(10)).timed_out());
    println!("ok");
}
