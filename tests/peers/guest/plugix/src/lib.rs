//! The work as a plugin of ours.

use peers_interface::{Adder, Work};
use peers_work::{self as work, Point, Record};
use plugix_guest::abi::{PodSlice, PodVec};
use plugix_guest::{Plugin, host, plugin, uses};
use std::error::Error;

uses!(Adder);

struct Worker;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Worker {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Work for Worker {
    fn empty(&self) {}

    fn add(&self, a: u32, b: u32) -> u32 {
        work::add(a, b)
    }

    fn echo(&self, bytes: &[u8]) -> Vec<u8> {
        work::echo(bytes)
    }

    fn change(&self, record: Record) -> Record {
        record.changed()
    }

    fn sum(&self, points: PodSlice<'_, Point>) -> f64 {
        work::sum(&points)
    }

    fn points(&self, count: u32) -> PodVec<Point> {
        work::points(count).into()
    }

    fn strings(&self, count: u32) -> Vec<String> {
        work::strings(count)
    }

    fn reverse(&self, vectors: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        work::reversed(vectors)
    }

    fn call_host(&self, count: u32) -> u32 {
        let adder = host::<dyn Adder>();
        work::call_host(count, |a, b| adder.add(a, b).expect("the host adds"))
    }

    fn compute(&self, rounds: u32) -> u64 {
        work::compute(rounds)
    }

    fn compute_on(&self, threads: u32, rounds: u32) -> u64 {
        work::compute_on(threads, rounds)
    }

    fn spawn_and_join(&self) -> u32 {
        work::spawn_and_join()
    }

    fn endless(&self) -> u64 {
        work::endless()
    }
}
