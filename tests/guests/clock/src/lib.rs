//! Asks for the time, and waits.

use std::sync::{Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

plugix_guest::metadata!("Waits");

const A_WHILE: Duration = Duration::from_millis(30);

/// Clocks of processor time.
const PROCESS: u32 = 2;
const THREAD: u32 = 3;

#[link(wasm_import_module = "wasix_32v1")]
unsafe extern "C" {
    fn clock_time_get(clock: u32, precision: u64, time: &mut u64) -> u32;
    fn clock_res_get(clock: u32, resolution: &mut u64) -> u32;
    fn clock_time_set(clock: u32, time: u64) -> u32;
}

/// The time of a clock, or the number of the error.
fn time(clock: u32) -> Result<u64, u32> {
    let mut time = 0;
    // SAFETY: the host writes the time to where it points, or nothing.
    match unsafe { clock_time_get(clock, 0, &mut time) } {
        0 => Ok(time),
        error => Err(error),
    }
}

/// Computes until the thread has some processor time, and returns that.
fn busy() -> u64 {
    const ENOUGH: u64 = 2_000_000;
    let start = time(THREAD).unwrap();
    while time(THREAD).unwrap() < start + ENOUGH {}
    time(THREAD).unwrap() - start
}

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

    /// Whether the processor time of the plugin has that of its threads in it, and never goes back.
    fn processor_time(_args: &[u8]) -> String {
        let before = time(PROCESS).unwrap();
        let (of_thread, meanwhile) = thread::spawn(|| (busy(), time(PROCESS).unwrap())).join().unwrap();
        let after = time(PROCESS).unwrap();
        (before <= meanwhile && meanwhile <= after && after >= before + of_thread).to_string()
    }

    /// What is no clock has no time, and nobody sets the clocks.
    fn no_clocks(_args: &[u8]) -> String {
        // SAFETY: it takes two numbers.
        let set = unsafe { clock_time_set(0, 0) };
        format!("{:?} {set}", time(4))
    }

    fn resolutions(_args: &[u8]) -> String {
        let mut resolution = 0;
        // SAFETY: the host writes the time to where it points, or nothing.
        let is_there = |clock| unsafe { clock_res_get(clock, &mut resolution) == 0 && resolution > 0 };
        [0, 1, PROCESS, THREAD].map(is_there).iter().all(|is_there| *is_there).to_string()
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
