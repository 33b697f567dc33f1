//! Stock wasmer, with a core module and a C ABI made by hand. It has no deadlines.

use super::wasmtime::cached;
use crate::guests::{self, Guests};
use crate::system::{Instance, System};
use anyhow::Result;
use bytemuck::Zeroable as _;
use peers_work::{Point, Record};
use std::path::Path;
use std::time::Duration;
use wasmer::sys::{EngineBuilder, Features};
use wasmer::{Engine, Function, Imports, Memory, Module, Store, TypedFunction, imports};
use wasmer_compiler_cranelift::Cranelift;

pub(crate) struct Wasmer(Module, Engine);

/// An instance, with or without WASIX.
pub(super) struct Started {
    store: Store,
    memory: Memory,
    room: (usize, u32),
    buffer: TypedFunction<u32, u32>,
    empty: TypedFunction<(), ()>,
    add: TypedFunction<(u32, u32), u32>,
    echo: TypedFunction<u32, u64>,
    change: TypedFunction<u32, u64>,
    sum: TypedFunction<u32, f64>,
    points: TypedFunction<u32, u64>,
    strings: TypedFunction<u32, u64>,
    reverse: TypedFunction<u32, u64>,
    call_host: TypedFunction<u32, u32>,
    compute: TypedFunction<u32, u64>,
    compute_on: TypedFunction<(u32, u32), u64>,
    spawn_and_join: TypedFunction<(), u32>,
    has_threads: bool,
}

/// An engine for modules with threads and panics that unwind.
pub(super) fn engine() -> Engine {
    let mut features = Features::default();
    features.threads(true).exceptions(true);
    EngineBuilder::new(Cranelift::new()).set_features(Some(features)).engine().into()
}

/// Compiles a module, or takes it from the cache.
pub(super) fn module(engine: &Engine, wasm: &Path, cache: Option<&Path>) -> Result<Module> {
    cached(
        cache,
        || Ok(Module::new(engine, guests::read(wasm)?)?),
        |module| Ok(module.serialize()?.to_vec()),
        // SAFETY: this process wrote the file, into a folder of its own.
        |file| Ok(unsafe { Module::deserialize_from_file(engine, file) }?),
    )
}

/// What the guest imports of the host.
pub(super) fn host(store: &mut impl wasmer::AsStoreMut) -> Imports {
    let add = Function::new_typed(store, |a: u32, b: u32| a.wrapping_add(b));
    imports! { "host" => { "add" => add } }
}

impl System for Wasmer {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let engine = engine();
        Ok(Some(Self(module(&engine, &guests.raw, cache)?, engine)))
    }

    fn start(&self, _limit: Duration) -> Result<impl Instance> {
        let mut store = Store::new(self.1.clone());
        let imports = host(&mut store);
        let instance = wasmer::Instance::new(&mut store, &self.0, &imports)?;
        let memory = instance.exports.get_memory("memory")?.clone();
        Started::new(store, &instance, memory, false)
    }
}

impl Started {
    pub(super) fn new(store: Store, instance: &wasmer::Instance, memory: Memory, has_threads: bool) -> Result<Self> {
        let exports = &instance.exports;
        Ok(Self {
            memory,
            room: (0, 0),
            buffer: exports.get_typed_function(&store, "buffer")?,
            empty: exports.get_typed_function(&store, "empty")?,
            add: exports.get_typed_function(&store, "add")?,
            echo: exports.get_typed_function(&store, "echo")?,
            change: exports.get_typed_function(&store, "change")?,
            sum: exports.get_typed_function(&store, "sum")?,
            points: exports.get_typed_function(&store, "points")?,
            strings: exports.get_typed_function(&store, "strings")?,
            reverse: exports.get_typed_function(&store, "reverse")?,
            call_host: exports.get_typed_function(&store, "call_host")?,
            compute: exports.get_typed_function(&store, "compute")?,
            compute_on: exports.get_typed_function(&store, "compute_on")?,
            spawn_and_join: exports.get_typed_function(&store, "spawn_and_join")?,
            has_threads,
            store,
        })
    }

    /// Writes arguments into the buffer that is kept between calls.
    fn write(&mut self, bytes: &[u8]) -> Result<u32> {
        let len = u32::try_from(bytes.len())?;
        if bytes.len() > self.room.0 {
            self.room = (bytes.len(), self.buffer.call(&mut self.store, len)?);
        }
        self.memory.view(&self.store).write(u64::from(self.room.1), bytes)?;
        Ok(len)
    }

    /// What a call has left.
    fn left(&self, result: u64) -> Result<Vec<u8>> {
        let start = result >> 32;
        let len = result & 0xffff_ffff;
        Ok(self.memory.view(&self.store).copy_range_to_vec(start..start + len)?)
    }
}

impl Instance for Started {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        Ok(self.empty.call(&mut self.store)?)
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        Ok(self.add.call(&mut self.store, a, b)?)
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        let len = self.write(bytes)?;
        let result = self.echo.call(&mut self.store, len)?;
        self.left(result)
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        let len = self.write(&postcard::to_allocvec(&record)?)?;
        let result = self.change.call(&mut self.store, len)?;
        Ok(postcard::from_bytes(&self.left(result)?)?)
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        self.write(bytemuck::cast_slice(points))?;
        Ok(self.sum.call(&mut self.store, u32::try_from(points.len())?)?)
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        let result = self.points.call(&mut self.store, count)?;
        let mut points = vec![Point::zeroed(); count as usize];
        self.memory.view(&self.store).read(result >> 32, bytemuck::cast_slice_mut(&mut points))?;
        Ok(points)
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        let result = self.strings.call(&mut self.store, count)?;
        Ok(postcard::from_bytes(&self.left(result)?)?)
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        let len = self.write(&postcard::to_allocvec(&vectors)?)?;
        let result = self.reverse.call(&mut self.store, len)?;
        Ok(postcard::from_bytes(&self.left(result)?)?)
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        Ok(self.call_host.call(&mut self.store, count)?)
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        Ok(self.compute.call(&mut self.store, rounds)?)
    }

    fn compute_on(&mut self, threads: u32, rounds: u32) -> Option<Result<u64>> {
        self.has_threads.then(|| Ok(self.compute_on.call(&mut self.store, threads, rounds)?))
    }

    fn spawn_and_join(&mut self) -> Option<Result<u32>> {
        self.has_threads.then(|| Ok(self.spawn_and_join.call(&mut self.store)?))
    }
}
