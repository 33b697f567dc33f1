//! Asks for the time, and waits.

use std::sync::{Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

plugix_guest::metadata!("Waits");

const A_WHILE: Duration = Duration::from_millis(30);

/// Whether `wait` takes at least as long as it was told.
fn lasts(wait: impl FnOnce()) -> bool {
    let start = Instant::now();
    wait();
    start.elapsed() >= A_WHILE
}

plugix_guest::export! {
    fn now(_args: &[u8]) -> String {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos().to_string()
    }

    fn ticks(_args: &[u8]) -> String {
        let times: Vec<_> = (0..1000).map(|_| Instant::now()).collect();
        (times.is_sorted() && times.first() < times.last()).to_string()
    }

    fn sleep(_args: &[u8]) -> String {
        lasts(|| thread::sleep(A_WHILE)).to_string()
    }

    fn sleep_in_a_thread(_args: &[u8]) -> String {
        thread::spawn(|| lasts(|| thread::sleep(A_WHILE))).join().unwrap().to_string()
    }

    fn channel_timeout(_args: &[u8]) -> String {
        let (_sender, receiver) = mpsc::channel::<()>();
        lasts(|| assert!(receiver.recv_timeout(A_WHILE).is_err())).to_string()
    }

    fn condvar_timeout(_args: &[u8]) -> String {
        let lock = Mutex::new(());
        let condvar = Condvar::new();
        let start = Instant::now();
        // The only other way out is a spurious wake-up. After that it waits on.
        while !condvar.wait_timeout(lock.lock().unwrap(), A_WHILE).unwrap().1.timed_out() {}
        (start.elapsed() >= A_WHILE).to_string()
    }
}
