//! Handles signals, and raises them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

plugix_guest::metadata!("Handles signals");

const USER_1: i32 = 10;
const USER_2: i32 = 12;

static FIRST: AtomicU32 = AtomicU32::new(0);
static SECOND: AtomicU32 = AtomicU32::new(0);
/// How many handlers run, and how many ran within each other at most.
static NOW: AtomicU32 = AtomicU32::new(0);
static MOST: AtomicU32 = AtomicU32::new(0);
/// The address of a local variable of the last handler.
static STACK: AtomicU32 = AtomicU32::new(0);

plugix_guest::export! {
    fn handle(_args: &[u8]) -> String {
        system::handle(USER_1, first);
        system::handle(USER_2, second);
        counts()
    }

    fn counted(_args: &[u8]) -> String {
        counts()
    }

    fn raise(_args: &[u8]) -> String {
        system::raise(USER_1);
        counts()
    }

    fn kill_itself(_args: &[u8]) -> String {
        system::kill(USER_1);
        counts()
    }

    /// How much further down than this function's stack the handler ran.
    fn raise_on_a_thread(_args: &[u8]) -> String {
        let below = thread::spawn(|| {
            let here = 0;
            system::raise(USER_2);
            (&raw const here as u32).wrapping_sub(STACK.load(Ordering::SeqCst))
        });
        format!("{} {}", below.join().unwrap() < 4096, counts())
    }

    /// Sleeps until a signal ends that, and returns the error number.
    fn sleep(_args: &[u8]) -> String {
        system::sleep(Duration::from_secs(1 << 20)).to_string()
    }

    /// As a program sleeps: a signal ends nothing.
    fn sleep_through(_args: &[u8]) -> String {
        thread::sleep(Duration::from_millis(50));
        counts()
    }

    /// Waits for a lock that another thread holds until it has slept.
    fn lock(_args: &[u8]) -> String {
        let lock = Arc::new(Mutex::new(0));
        let held = lock.lock().unwrap();
        let other = lock.clone();
        let waiting = thread::spawn(move || *other.lock().unwrap() += 1);
        // A signal that comes now may end the wait of either.
        thread::sleep(Duration::from_millis(50));
        drop(held);
        waiting.join().unwrap();
        lock.lock().unwrap().to_string()
    }

    fn spin(_args: &[u8]) -> () {
        loop {
            std::hint::black_box(());
        }
    }
}

fn counts() -> String {
    let [first, second, most] = [&FIRST, &SECOND, &MOST].map(|count| count.load(Ordering::SeqCst));
    format!("{first} {second} {most}")
}

extern "C" fn first(_: i32) {
    within(&FIRST, || {
        system::raise(USER_2);
        system::raise(USER_2);
    });
}

extern "C" fn second(_: i32) {
    let here = 0;
    STACK.store(&raw const here as u32, Ordering::SeqCst);
    within(&SECOND, || {});
}

fn within(count: &AtomicU32, run: impl FnOnce()) {
    let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
    MOST.fetch_max(now, Ordering::SeqCst);
    run();
    NOW.fetch_sub(1, Ordering::SeqCst);
    count.fetch_add(1, Ordering::SeqCst);
}

mod system {
    use std::time::Duration;

    unsafe extern "C" {
        fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
        #[link_name = "raise"]
        fn libc_raise(signal: i32) -> i32;
        fn getpid() -> i32;
        #[link_name = "kill"]
        fn libc_kill(process: i32, signal: i32) -> i32;
    }

    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn thread_sleep(nanoseconds: u64) -> i32;
    }

    pub(super) fn handle(number: i32, handler: extern "C" fn(i32)) {
        // SAFETY: the handlers touch atomic numbers only, and make calls that may be made there.
        unsafe { signal(number, handler) };
    }

    pub(super) fn raise(signal: i32) {
        // SAFETY: it takes a number.
        assert_eq!(unsafe { libc_raise(signal) }, 0);
    }

    pub(super) fn kill(signal: i32) {
        // SAFETY: both take numbers or nothing.
        assert_eq!(unsafe { libc_kill(getpid(), signal) }, 0);
    }

    pub(super) fn sleep(time: Duration) -> i32 {
        // SAFETY: it takes a number.
        unsafe { thread_sleep(time.as_nanos() as u64) }
    }
}
