//! The work in a shared library, called through Rust's own ABI. One compiler builds the library and the host.

use peers_work::{self as work, Point, Record};

/// What the host fills in.
pub type HostAdd = fn(u32, u32) -> u32;

/// Nothing.
#[unsafe(no_mangle)]
pub fn empty() {}

/// The sum.
#[unsafe(no_mangle)]
pub fn add(a: u32, b: u32) -> u32 {
    work::add(a, b)
}

/// The same bytes.
#[unsafe(no_mangle)]
pub fn echo(bytes: &[u8]) -> Vec<u8> {
    work::echo(bytes)
}

/// The struct, changed.
#[unsafe(no_mangle)]
pub fn change(record: Record) -> Record {
    record.changed()
}

/// Reads every point.
#[unsafe(no_mangle)]
pub fn sum(points: &[Point]) -> f64 {
    work::sum(points)
}

/// Makes this many points.
#[unsafe(no_mangle)]
pub fn points(count: u32) -> Vec<Point> {
    work::points(count)
}

/// Makes this many strings.
#[unsafe(no_mangle)]
pub fn strings(count: u32) -> Vec<String> {
    work::strings(count)
}

/// The vectors, each turned around.
#[unsafe(no_mangle)]
pub fn reverse(vectors: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    work::reversed(vectors)
}

/// Calls the host `count` times.
#[unsafe(no_mangle)]
pub fn call_host(count: u32, add: HostAdd) -> u32 {
    work::call_host(count, add)
}

/// Work for the processor.
#[unsafe(no_mangle)]
pub fn compute(rounds: u32) -> u64 {
    work::compute(rounds)
}

/// Work for the processor, on threads.
#[unsafe(no_mangle)]
pub fn compute_on(threads: u32, rounds: u32) -> u64 {
    work::compute_on(threads, rounds)
}

/// Starts a thread and waits for its end.
#[unsafe(no_mangle)]
pub fn spawn_and_join() -> u32 {
    work::spawn_and_join()
}
