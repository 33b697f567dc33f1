//! Tests of futexes, in both ways of waiting.

use super::*;
use crate::Halt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::Instant;

fn both() -> [Futexes; 2] {
    let kernel = Futexes::new();
    assert!(matches!(kernel, Futexes::Kernel), "this kernel waits for two words");
    [kernel, Futexes::Listed(Listed::default())]
}

fn word(atomic: &AtomicU32) -> Word {
    // SAFETY: the tests keep the word longer than they wait for it, and it is an atomic.
    unsafe { Word::new(atomic.as_ptr()) }.unwrap()
}

#[test]
fn another_value_and_a_time_that_is_up() {
    for futexes in both() {
        let (thread, value) = (Thread::new(&Halt::new()), AtomicU32::new(1));
        assert_eq!(futexes.wait(&thread, word(&value), 2, None), Ok(true));
        let start = Instant::now();
        assert_eq!(futexes.wait(&thread, word(&value), 1, Some(Duration::from_millis(3))), Ok(false));
        assert!(start.elapsed() >= Duration::from_millis(3));
        assert_eq!(futexes.wait(&thread, word(&value), 1, Some(Duration::ZERO)), Ok(false));
        assert_eq!(futexes.wake(word(&value), 7), Ok(0));
    }
    let bytes = [0u32; 2];
    // SAFETY: nothing is done with it but to look at the address.
    assert!(unsafe { Word::new(bytes.as_ptr().cast::<u8>().wrapping_add(1).cast_mut().cast()) }.is_err());
}

#[test]
fn a_stop_and_a_signal_end_waits_before_and_after_them() {
    for futexes in both() {
        let (halt, value) = (Halt::new(), AtomicU32::new(0));
        let threads: Vec<_> = (0..3).map(|_| Thread::new(&halt)).collect();
        let wait = |thread: &Thread| futexes.wait(thread, word(&value), 0, None);
        scope(|scope| {
            let interrupted = scope.spawn(|| wait(&threads[0]));
            threads[0].interrupt();
            assert_eq!(interrupted.join().unwrap(), Err(Errno::Intr));
            assert!(threads[0].take_interrupt());
            let stopped = [scope.spawn(|| wait(&threads[0])), scope.spawn(|| wait(&threads[1]))];
            halt.stop();
            for waiting in stopped {
                assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
            }
            assert_eq!(wait(&threads[2]), Err(Errno::Canceled));
        });
        if let Futexes::Listed(listed) = &futexes {
            assert!(listed.is_empty());
        }
    }
}

/// A mutex as a plugin's standard library has it: 0 is free, 1 is taken, 2 is taken and waited for.
struct Mutex<'a>(&'a Futexes, AtomicU32);

impl Mutex<'_> {
    fn lock(&self, thread: &Thread) {
        if self.1.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok() {
            return;
        }
        while self.1.swap(2, Ordering::Acquire) != 0 {
            assert_eq!(self.0.wait(thread, word(&self.1), 2, None), Ok(true));
        }
    }

    fn unlock(&self) {
        if self.1.swap(0, Ordering::Release) == 2 {
            self.0.wake(word(&self.1), 1).unwrap();
        }
    }
}

/// Eight threads take turns under a mutex, and wait for each other. A lost wake-up would be a test that doesn't end.
#[test]
fn no_wake_up_is_lost() {
    let seconds = std::env::var("PLUGIX_FUTEX_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let time = Duration::from_secs_f64(seconds.unwrap_or(0.5));
    for futexes in both() {
        let (mutex, halt) = (Mutex(&futexes, AtomicU32::new(0)), Halt::new());
        let (count, turns) = (AtomicU64::new(0), AtomicU32::new(0));
        let end = Instant::now() + time;
        let rounds: u64 = scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let thread = Thread::new(&halt);
                        let mut rounds = 0;
                        while Instant::now() < end {
                            mutex.lock(&thread);
                            // Not atomic on purpose: the mutex keeps others out.
                            count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                            mutex.unlock();
                            rounds += 1;
                        }
                        rounds
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(count.into_inner(), rounds);

        // In turn, each waits for the one before; all are woken, and one goes on.
        const ROUNDS: u32 = 400;
        scope(|scope| {
            for own in 0..8 {
                let (futexes, turns, halt) = (&futexes, &turns, &halt);
                scope.spawn(move || {
                    let thread = Thread::new(halt);
                    for round in 0..ROUNDS {
                        loop {
                            let now = turns.load(Ordering::SeqCst);
                            if now == round * 8 + own {
                                break;
                            }
                            assert_eq!(futexes.wait(&thread, word(turns), now, None), Ok(true));
                        }
                        turns.fetch_add(1, Ordering::SeqCst);
                        futexes.wake(word(turns), i32::MAX as u32).unwrap();
                    }
                });
            }
        });
        assert_eq!(turns.into_inner(), ROUNDS * 8);
        if let Futexes::Listed(listed) = &futexes {
            assert!(listed.is_empty());
        }
    }
}

#[test]
fn one_is_woken_and_no_more() {
    for futexes in both() {
        let (halt, value, woken) = (Halt::new(), AtomicU32::new(0), AtomicU32::new(0));
        scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let outcome = futexes.wait(&Thread::new(&halt), word(&value), 0, None);
                    woken.fetch_add(u32::from(outcome == Ok(true)), Ordering::SeqCst);
                });
            }
            let mut left = 2;
            while left > 0 {
                left -= futexes.wake(word(&value), 1).unwrap();
                std::thread::yield_now();
            }
            halt.stop();
        });
        assert_eq!(woken.into_inner(), 2);
    }
}
