//! What a system must be able to do to be compared.

use crate::guests::Guests;
use anyhow::Result;
use peers_work::{Point, Record};
use std::path::Path;
use std::time::Duration;

/// A module that is ready to be instantiated.
pub(crate) trait System: Sized + Sync {
    /// Whether there is something to compile, and something to make instances from.
    const INSTANCES: bool = true;

    /// Reads the module and compiles it. With a folder, it takes compiled code from there; the first time puts it
    /// there. `None` if the system has no such thing.
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>>;

    /// Makes a new instance. Each of its calls may take this long, if the system has deadlines.
    fn start(&self, limit: Duration) -> Result<impl Instance>;

    /// Makes an instance that computes for so many threads at the same time. Each call has this limit. `None` if the
    /// system has no such thing.
    fn share(&self, _limit: Duration, _callers: usize) -> Option<Result<Compute<'_>>> {
        None
    }
}

/// A call of one instance, from any thread.
pub(crate) type Compute<'a> = Box<dyn Fn(u32) -> Result<u64> + Sync + 'a>;

/// One instance of the work. `None` stands for what the system lacks.
pub(crate) trait Instance {
    /// The elements of slices, as the system's bindings declare them.
    type Point: Copy + From<Point> + Into<Point>;

    fn empty(&mut self) -> Result<()>;
    fn add(&mut self, a: u32, b: u32) -> Result<u32>;
    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;
    fn change(&mut self, record: Record) -> Result<Record>;
    fn sum(&mut self, points: &[Self::Point]) -> Result<f64>;
    fn points(&mut self, count: u32) -> Result<Vec<Self::Point>>;
    fn strings(&mut self, count: u32) -> Result<Vec<String>>;
    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>>;
    fn call_host(&mut self, count: u32) -> Result<u32>;
    fn compute(&mut self, rounds: u32) -> Result<u64>;

    /// Work on threads of the guest's.
    fn compute_on(&mut self, _threads: u32, _rounds: u32) -> Option<Result<u64>> {
        None
    }

    /// A thread of the guest's that does nothing.
    fn spawn_and_join(&mut self) -> Option<Result<u32>> {
        None
    }

    /// What only the deadline ends.
    fn endless(&mut self) -> Option<Result<u64>> {
        None
    }
}
