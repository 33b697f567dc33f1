//! Signals as flags, and one after the other.

use signal_hook::consts::{SIGTERM, SIGUSR1};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn main() {
    let came = Arc::new(AtomicBool::new(false));
    let id = signal_hook::flag::register(SIGUSR1, came.clone()).unwrap();
    signal_hook::low_level::raise(SIGUSR1).unwrap();
    assert!(came.swap(false, Ordering::Relaxed));
    assert!(signal_hook::low_level::unregister(id));
    // A signal that nobody wants any more does nothing.
    signal_hook::low_level::raise(SIGUSR1).unwrap();
    assert!(!came.load(Ordering::Relaxed));
    // SAFETY: the action only stores.
    unsafe {
        let came = came.clone();
        signal_hook::low_level::register(SIGTERM, move || came.store(true, Ordering::Relaxed)).unwrap();
    }
    signal_hook::low_level::raise(SIGTERM).unwrap();
    assert!(came.load(Ordering::Relaxed));
    println!("ok");
}
