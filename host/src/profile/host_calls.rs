//! Host functions and system calls: a sample that finds a thread in one of them is taken when the call returns.
//!
//! The host's code has no frame pointers, so the handler can't see from there where the plugin made the call. But the
//! plugin's frames stay as they are until the call returns. Then the unwinder looks at them, outside of any handler.

use super::Origin;
use super::signal::{DEPTH, is_code};
use crate::sync::lock::lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// How many samples wait to be collected.
const MOST: usize = 1 << 14;

/// Whether anybody samples.
static ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// In how many host calls the thread is.
    static INSIDE: AtomicU32 = const { AtomicU32::new(0) };
    /// The processor time that samples found in the innermost of them, in nanoseconds.
    static FOUND: AtomicU64 = const { AtomicU64::new(0) };
}

static SAMPLES: Mutex<Vec<Sample>> = Mutex::new(Vec::new());

/// The time of one host call.
pub(super) struct Sample {
    pub(super) thread: i32,
    pub(super) weight: u64,
    /// As in `signal::Found`.
    pub(super) addresses: Vec<usize>,
    pub(super) origin: Origin,
    pub(super) name: String,
}

/// A call of the host's. It ends when this is dropped.
pub(crate) struct HostCall<'a>(Option<Inside<'a>>);

struct Inside<'a> {
    origin: Origin,
    name: &'a str,
    /// What was found in the call around this one.
    outer: u64,
}

/// Begins a call. As long as nobody samples, this costs a read.
#[inline]
pub(crate) fn enter<'a>(origin: Origin, name: &'a str) -> HostCall<'a> {
    if ON.load(Ordering::Relaxed) { begin(origin, name) } else { HostCall(None) }
}

#[cold]
fn begin<'a>(origin: Origin, name: &'a str) -> HostCall<'a> {
    INSIDE.with(|inside| inside.fetch_add(1, Ordering::Relaxed));
    let outer = FOUND.with(|found| found.swap(0, Ordering::Relaxed));
    HostCall(Some(Inside { origin, name, outer }))
}

impl Drop for HostCall<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(inside) = self.0.take() {
            end(inside);
        }
    }
}

#[cold]
fn end(call: Inside<'_>) {
    INSIDE.with(|inside| inside.fetch_sub(1, Ordering::Relaxed));
    let weight = FOUND.with(|found| found.swap(call.outer, Ordering::Relaxed));
    if weight == 0 || std::thread::panicking() {
        return;
    }
    let mut addresses = Vec::new();
    backtrace::trace(|frame| {
        let back = frame.ip() as usize;
        if is_code(back) {
            addresses.push(back - 1);
        }
        addresses.len() < DEPTH
    });
    let mut samples = lock(&SAMPLES);
    if !addresses.is_empty() && samples.len() < MOST {
        let (thread, name) = (super::signal::own_thread(), call.name.to_owned());
        samples.push(Sample { thread, weight, addresses, origin: call.origin, name });
    }
}

/// Counts a sample to the call that the thread is in. False if it is in none. This may run in a handler.
pub(super) fn count(weight: u64) -> bool {
    let inside = INSIDE.with(|inside| inside.load(Ordering::Relaxed)) > 0;
    if inside {
        FOUND.with(|found| found.fetch_add(weight, Ordering::Relaxed));
    }
    inside
}

/// Begins or ends to look at host calls.
pub(super) fn turn(on: bool) {
    ON.store(on, Ordering::SeqCst);
}

/// Takes what was found since this was last called.
pub(super) fn take() -> Vec<Sample> {
    std::mem::take(&mut lock(&SAMPLES))
}
