//! A shared library, opened with `dlopen`: no sandbox, no deadline, one address space.

use crate::guests::Guests;
use crate::system::{Compute, Instance, System};
use anyhow::Result;
use libloading::Library;
use peers_work::{Point, Record};
use std::path::Path;
use std::time::Duration;

pub(crate) struct Native {
    empty: fn(),
    add: fn(u32, u32) -> u32,
    echo: fn(&[u8]) -> Vec<u8>,
    change: fn(Record) -> Record,
    sum: fn(&[Point]) -> f64,
    points: fn(u32) -> Vec<Point>,
    strings: fn(u32) -> Vec<String>,
    reverse: fn(Vec<Vec<u32>>) -> Vec<Vec<u32>>,
    call_host: fn(u32, fn(u32, u32) -> u32) -> u32,
    compute: fn(u32) -> u64,
    compute_on: fn(u32, u32) -> u64,
    spawn_and_join: fn() -> u32,
    // Last: the functions lie in it.
    _library: Library,
}

impl System for Native {
    const INSTANCES: bool = false;

    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        // A library that is open is not loaded again. So this loads a copy of it.
        let path = cache.map_or_else(|| guests.native.clone(), |cache| cache.join("copy"));
        if !path.exists() {
            std::fs::copy(&guests.native, &path)?;
        }
        // SAFETY: the compiler that built this program built the library, too, from the source in `guest/native`. Its
        // functions have these types. It has no initializers.
        unsafe {
            let library = Library::new(&path)?;
            Ok(Some(Self {
                empty: *library.get("empty")?,
                add: *library.get("add")?,
                echo: *library.get("echo")?,
                change: *library.get("change")?,
                sum: *library.get("sum")?,
                points: *library.get("points")?,
                strings: *library.get("strings")?,
                reverse: *library.get("reverse")?,
                call_host: *library.get("call_host")?,
                compute: *library.get("compute")?,
                compute_on: *library.get("compute_on")?,
                spawn_and_join: *library.get("spawn_and_join")?,
                _library: library,
            }))
        }
    }

    fn start(&self, _limit: Duration) -> Result<impl Instance> {
        Ok(self)
    }

    fn share(&self, _limit: Duration, _callers: usize) -> Option<Result<Compute<'_>>> {
        Some(Ok(Box::new(|rounds| Ok((self.compute)(rounds)))))
    }
}

impl Instance for &Native {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        (self.empty)();
        Ok(())
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        Ok((self.add)(a, b))
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok((self.echo)(bytes))
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        Ok((self.change)(record))
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        Ok((self.sum)(points))
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        Ok((self.points)(count))
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        Ok((self.strings)(count))
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        Ok((self.reverse)(vectors))
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        Ok((self.call_host)(count, |a, b| a.wrapping_add(b)))
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        Ok((self.compute)(rounds))
    }

    fn compute_on(&mut self, threads: u32, rounds: u32) -> Option<Result<u64>> {
        Some(Ok((self.compute_on)(threads, rounds)))
    }

    fn spawn_and_join(&mut self) -> Option<Result<u32>> {
        Some(Ok((self.spawn_and_join)()))
    }
}
