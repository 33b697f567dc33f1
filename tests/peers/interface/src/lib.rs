//! What our plugin and its host agree on.

use peers_work::{Point, Record};
use plugix_abi::{PodSlice, PodVec, interface};

/// The work.
#[interface(version = "1.0")]
pub trait Work {
    /// Nothing.
    fn empty(&self);

    /// The sum.
    fn add(&self, a: u32, b: u32) -> u32;

    /// The same bytes.
    fn echo(&self, bytes: &[u8]) -> Vec<u8>;

    /// The struct, changed.
    fn change(&self, record: Record) -> Record;

    /// Reads every point.
    fn sum(&self, points: PodSlice<'_, Point>) -> f64;

    /// Makes this many points.
    fn points(&self, count: u32) -> PodVec<Point>;

    /// Makes this many strings.
    fn strings(&self, count: u32) -> Vec<String>;

    /// The vectors, each turned around.
    fn reverse(&self, vectors: Vec<Vec<u32>>) -> Vec<Vec<u32>>;

    /// Calls the host `count` times.
    fn call_host(&self, count: u32) -> u32;

    /// Work for the processor.
    fn compute(&self, rounds: u32) -> u64;

    /// Work for the processor, on this many threads of the plugin's.
    fn compute_on(&self, threads: u32, rounds: u32) -> u64;

    /// Starts a thread and waits for its end.
    fn spawn_and_join(&self) -> u32;

    /// Never returns.
    fn endless(&self) -> u64;
}

/// What the plugin calls.
#[interface(version = "1.0")]
pub trait Adder {
    /// The sum, wrapping.
    fn add(&self, a: u32, b: u32) -> u32;
}
