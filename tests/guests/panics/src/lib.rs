//! Panics, in calls and in threads.

use std::panic::{catch_unwind, panic_any};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

plugix_guest::metadata!("Panics");

static DROPPED: AtomicU32 = AtomicU32::new(0);
static LOCKED: Mutex<u32> = Mutex::new(0);

struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

plugix_guest::export! {
    fn panic(luck: &[u8]) {
        let _counted = Counted;
        panic!("out of {}", String::from_utf8_lossy(luck));
    }

    fn panic_with_a_number(_args: &[u8]) {
        panic_any(42);
    }

    fn index(at: &[u8]) -> String {
        at[at.len()].to_string()
    }

    fn dropped(_args: &[u8]) -> String {
        DROPPED.load(Ordering::SeqCst).to_string()
    }

    fn catch(_args: &[u8]) -> String {
        let payload = catch_unwind(|| panic!("caught")).unwrap_err();
        payload.downcast_ref::<&str>().unwrap().to_string()
    }

    fn join(_args: &[u8]) -> String {
        let payload = thread::spawn(|| panic!("in a thread")).join().unwrap_err();
        payload.downcast_ref::<&str>().unwrap().to_string()
    }

    fn panic_for_a_thread(_args: &[u8]) {
        let thread = thread::Builder::new().name("unlucky".to_owned()).spawn(|| panic!("in a thread")).unwrap();
        thread.join().expect("the thread is well");
    }

    fn poison(_args: &[u8]) {
        let _guard = LOCKED.lock();
        panic!("with the lock");
    }

    fn is_poisoned(_args: &[u8]) -> String {
        LOCKED.lock().is_err().to_string()
    }
}
