//! What a thread can be doing. None of these ends.

use std::hint::black_box;
use std::io::Read;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const NEVER: Duration = Duration::from_secs(1 << 30);

pub(crate) fn by_name(name: &str) -> Option<fn()> {
    Some(match name {
        "spin" => || loop {
            black_box(());
        },
        "recursion" => || _ = black_box(recursion(0)),
        "exponential" => || _ = black_box(exponential(0)),
        "bulk" => bulk,
        "system-calls" => || loop {
            black_box(Instant::now());
        },
        "sleep" => || thread::sleep(NEVER),
        "mutex" => mutex,
        "condvar" => condvar,
        "park" => || loop {
            thread::park();
        },
        "channel" => channel,
        "atomic" => atomic,
        "join" => || drop(thread::spawn(|| thread::sleep(NEVER)).join()),
        "stdin" => || loop {
            let _ = std::io::stdin().read(&mut [0]);
        },
        "panics" => || loop {
            let _ = catch_unwind(|| panic!("again"));
        },
        "drop" => || drop(Endless),
        "unwinding" => || {
            let _endless = Endless;
            panic!("unwinds into a drop that never ends");
        },
        "spawning" => || loop {
            let _ = thread::Builder::new().spawn(|| thread::sleep(NEVER));
        },
        "coming-and-going" => || loop {
            let _ = thread::Builder::new().spawn(|| ());
        },
        _ => return None,
    })
}

/// Calls without a loop, and never deep enough to overflow.
fn exponential(depth: u32) -> u64 {
    if depth == 500 { 1 } else { black_box(exponential(depth + 1)) ^ black_box(exponential(depth + 1)) }
}

/// Calls through a table.
fn recursion(depth: u32) -> u64 {
    let next: fn(u32) -> u64 = black_box(recursion);
    if depth == 500 { 1 } else { next(depth + 1) ^ next(depth + 1) }
}

fn bulk() {
    let mut memory = vec![0_u8; 16 << 20];
    loop {
        black_box(&mut memory).fill(black_box(1));
    }
}

fn mutex() {
    static LOCK: Mutex<()> = Mutex::new(());
    std::mem::forget(LOCK.lock());
    drop(LOCK.lock());
}

fn condvar() {
    let (lock, condvar) = (Mutex::new(()), Condvar::new());
    let mut guard = lock.lock().unwrap();
    loop {
        guard = condvar.wait(guard).unwrap();
    }
}

fn channel() {
    let (sender, receiver) = mpsc::channel::<()>();
    let _ = receiver.recv();
    drop(sender);
}

fn atomic() {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    while NUMBER.load(Ordering::SeqCst) < u64::MAX {
        NUMBER.store(0, Ordering::SeqCst);
    }
}

struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        loop {
            black_box(());
        }
    }
}
