//! Ours.

use crate::guests::Guests;
use crate::system::{Compute, Instance, System};
use anyhow::Result;
use peers_interface::{Adder, Work};
use peers_work::{Point, Record};
use plugix_host::abi::PodSlice;
use plugix_host::abi::interface::Interface;
use plugix_host::code::Cache;
use plugix_host::plugin::{Bound, Sharing};
use plugix_host::{Engine, Module, Plugin, Policy};
use std::path::Path;
use std::time::Duration;

pub(crate) struct Plugix(Module);

struct Started(<dyn Work as Interface>::Client<Bound<Plugin>>);

struct HostAdder;

impl Adder for HostAdder {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

impl Plugix {
    fn plugin(&self, limit: Duration) -> Result<Plugin> {
        let builder = Plugin::builder(&self.0).policy(Policy::new().call_deadline(limit));
        Ok(builder.provide(<dyn Adder>::provider(HostAdder)).start()?)
    }
}

impl System for Plugix {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let engine = match cache {
            Some(folder) => Engine::builder().cache(Cache::at(folder.join("plugix"))).build()?,
            None => Engine::new()?,
        };
        let module = engine.load_file(&guests.plugix)?;
        module.compile()?;
        Ok(Some(Self(module)))
    }

    fn start(&self, limit: Duration) -> Result<impl Instance> {
        Ok(Started(self.plugin(limit)?.into_client::<dyn Work>()?))
    }

    fn share(&self, limit: Duration, callers: usize) -> Option<Result<Compute<'_>>> {
        let share = || {
            let shared = self.plugin(limit)?.into_shared(&Sharing::new().workers(callers))?;
            let client = shared.bind::<dyn Work>()?;
            Ok(Box::new(move |rounds| Ok(client.compute(rounds)?)) as Compute<'_>)
        };
        Some(share())
    }
}

impl Instance for Started {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        Ok(self.0.empty()?)
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        Ok(self.0.add(a, b)?)
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.echo(bytes)?)
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        Ok(self.0.change(record)?)
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        Ok(self.0.sum(PodSlice::new(points))?)
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        Ok(self.0.points(count)?.into_vec())
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        Ok(self.0.strings(count)?)
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        Ok(self.0.reverse(vectors)?)
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        Ok(self.0.call_host(count)?)
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        Ok(self.0.compute(rounds)?)
    }

    fn compute_on(&mut self, threads: u32, rounds: u32) -> Option<Result<u64>> {
        Some(self.0.compute_on(threads, rounds).map_err(Into::into))
    }

    fn spawn_and_join(&mut self) -> Option<Result<u32>> {
        Some(self.0.spawn_and_join().map_err(Into::into))
    }

    fn endless(&mut self) -> Option<Result<u64>> {
        Some(self.0.endless().map_err(Into::into))
    }
}
