//! One function for each way in which threads wait for each other.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, RwLock, mpsc};
use std::thread;

const THREADS: u32 = 4;
const ROUNDS: u32 = 1000;

/// The sum of 1 to 1000. Threads borrow their parts of the numbers.
pub(crate) fn scope() -> u32 {
    let numbers: Vec<u32> = (1..=ROUNDS).collect();
    let parts = numbers.chunks(numbers.len() / THREADS as usize);
    thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|part| scope.spawn(|| part.iter().sum::<u32>())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// What four senders send. The channel has room for two.
pub(crate) fn channels() -> u32 {
    let (sender, receiver) = mpsc::sync_channel(2);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let sender = sender.clone();
            scope.spawn(move || (0..ROUNDS).for_each(|_| sender.send(1).unwrap()));
        }
        drop(sender);
        receiver.iter().sum()
    })
}

/// A counter that four threads increment under a lock, in two steps.
pub(crate) fn mutex() -> u32 {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut counter = counter.lock().unwrap();
                    let seen = *counter;
                    thread::yield_now();
                    *counter = seen + 1;
                }
            });
        }
    });
    counter.into_inner().unwrap()
}

/// Two threads pass a ball to each other. Returns the number of passes.
pub(crate) fn condvar() -> u32 {
    let ball = Mutex::new(0);
    let thrown = Condvar::new();
    let play = |parity| {
        for _ in 0..ROUNDS {
            let mut ball = thrown.wait_while(ball.lock().unwrap(), |ball| *ball % 2 != parity).unwrap();
            *ball += 1;
            thrown.notify_one();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| play(0));
        play(1);
    });
    ball.into_inner().unwrap()
}

/// Writers keep two numbers equal. Returns how often a reader saw them differ.
pub(crate) fn rwlock() -> u32 {
    let pair = RwLock::new((0, 0));
    let torn = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut pair = pair.write().unwrap();
                    pair.0 += 1;
                    thread::yield_now();
                    pair.1 += 1;
                }
            });
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let pair = pair.read().unwrap();
                    torn.fetch_add(u32::from(pair.0 != pair.1), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(*pair.read().unwrap(), (THREADS * ROUNDS, THREADS * ROUNDS));
    torn.into_inner()
}

/// Four threads want to make a value at once. Returns how many did.
pub(crate) fn once() -> u32 {
    let value = OnceLock::new();
    let made = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| value.get_or_init(|| made.fetch_add(1, Ordering::Relaxed)));
        }
    });
    made.into_inner()
}

/// A thread that sleeps until it is woken by its handle.
pub(crate) fn park() -> bool {
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            while !ready.load(Ordering::SeqCst) {
                thread::park();
            }
            true
        });
        ready.store(true, Ordering::SeqCst);
        sleeper.thread().unpark();
        sleeper.join().unwrap()
    })
}
