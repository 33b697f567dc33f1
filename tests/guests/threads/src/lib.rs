//! Uses everything that `std` has for threads, and leaves some running.

mod stacks;
mod sync;

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

plugix_guest::metadata!("Uses threads");

/// The two ends of a worker that outlives the call that started it.
static WORKER: Mutex<Option<(Sender<u32>, Receiver<u32>)>> = Mutex::new(None);

/// How often a thread-local value was dropped.
static DROPPED: AtomicU32 = AtomicU32::new(0);

struct Counted(Cell<u32>);

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

thread_local! {
    static LOCAL: Counted = const { Counted(Cell::new(7)) };
}

plugix_guest::export! {
    fn spawn_and_join(_args: &[u8]) -> String {
        thread::spawn(|| 6 * 7).join().unwrap().to_string()
    }

    fn all_at_once(count: &[u8]) -> String {
        let count: usize = String::from_utf8_lossy(count).parse().unwrap();
        // Nobody passes before all of them run.
        let barrier = Arc::new(Barrier::new(count));
        let threads: Vec<_> = (0..count)
            .map(|_| {
                let barrier = barrier.clone();
                thread::spawn(move || barrier.wait().is_leader())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|leads| *leads).count().to_string()
    }

    fn names(_args: &[u8]) -> String {
        let name = || thread::current().name().map(str::to_owned);
        let named = thread::Builder::new().name("courier".to_owned()).spawn(name).unwrap().join().unwrap();
        let unnamed = thread::spawn(name).join().unwrap();
        format!("{named:?} {unnamed:?}")
    }

    fn locals(_args: &[u8]) -> String {
        let before = DROPPED.load(Ordering::SeqCst);
        let seen: Vec<_> = (0..3).map(|_| thread::spawn(|| LOCAL.with(|local| local.0.replace(1))).join().unwrap()).collect();
        format!("saw {seen:?}, dropped {}", DROPPED.load(Ordering::SeqCst) - before)
    }

    fn start_worker(_args: &[u8]) {
        let (requests, inbox) = channel();
        let (outbox, answers) = channel();
        thread::spawn(move || inbox.into_iter().try_for_each(|number: u32| outbox.send(number * number)));
        *WORKER.lock().unwrap() = Some((requests, answers));
    }

    fn ask_worker(number: &[u8]) -> String {
        let worker = WORKER.lock().unwrap();
        let (requests, answers) = worker.as_ref().unwrap();
        requests.send(String::from_utf8_lossy(number).parse().unwrap()).unwrap();
        answers.recv().unwrap().to_string()
    }

    fn scope(_args: &[u8]) -> String {
        sync::scope().to_string()
    }

    fn channels(_args: &[u8]) -> String {
        sync::channels().to_string()
    }

    fn mutex(_args: &[u8]) -> String {
        sync::mutex().to_string()
    }

    fn condvar(_args: &[u8]) -> String {
        sync::condvar().to_string()
    }

    fn rwlock(_args: &[u8]) -> String {
        sync::rwlock().to_string()
    }

    fn once(_args: &[u8]) -> String {
        sync::once().to_string()
    }

    fn park(_args: &[u8]) -> String {
        sync::park().to_string()
    }
}
