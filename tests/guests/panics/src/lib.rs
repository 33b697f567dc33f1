//! Panics, in calls and in threads.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, set_hook, take_hook};
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

fn caught(times: &[u8]) -> String {
    let times: u32 = String::from_utf8_lossy(times).parse().expect("a number");
    // A thread that panics can't set it.
    if !thread::panicking() {
        set_hook(Box::new(|_| {}));
    }
    let caught = (0..times).filter(|time| {
        let caught = catch_unwind(|| {
            let _counted = Counted;
            let text = time.to_string();
            panic!("{text}");
        });
        caught.is_err()
    });
    let caught = caught.count();
    if !thread::panicking() {
        drop(take_hook());
    }
    format!("{caught} of {}", DROPPED.swap(0, Ordering::SeqCst))
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

    /// Panics and catches as often as it is told to, and says nothing of it.
    fn catch_many(times: &[u8]) -> String {
        caught(times)
    }

    /// The same, in a destructor that runs during a panic.
    fn catch_many_in_a_destructor(times: &[u8]) -> String {
        struct Catches<'a>(&'a [u8], &'a mut String);
        impl Drop for Catches<'_> {
            fn drop(&mut self) {
                *self.1 = caught(self.0);
            }
        }
        let mut caught = String::new();
        let outer = catch_unwind(AssertUnwindSafe(|| {
            let _catches = Catches(times, &mut caught);
            panic!("out of it");
        }));
        let outer = outer.unwrap_err();
        format!("{caught}, {}", outer.downcast_ref::<&str>().unwrap())
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
