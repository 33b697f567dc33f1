//! Threads of the guest's own, where there are any.

use crate::compute;
use std::thread;

/// Starts a thread and waits for its end.
///
/// # Panics
/// Where there are no threads.
pub fn spawn_and_join() -> u32 {
    thread::spawn(|| 1).join().expect("the thread ends")
}

/// Divides the rounds among threads.
///
/// # Panics
/// Where there are no threads.
pub fn compute_on(threads: u32, rounds: u32) -> u64 {
    thread::scope(|scope| {
        let each = rounds / threads;
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(move || compute(each))).collect();
        all.into_iter().fold(0, |sum, one| sum ^ one.join().expect("the thread ends"))
    })
}
