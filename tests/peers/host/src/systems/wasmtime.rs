//! wasmtime, with a core module and a C ABI made by hand.

use crate::guests::{self, Guests};
use crate::system::{Instance, System};
use anyhow::{Context as _, Result};
use bytemuck::Zeroable as _;
use peers_work::{Point, Record};
use std::path::Path;
use std::thread;
use std::time::Duration;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, InstancePre, Linker, Memory, Module, Store, TypedFunc};

/// How often deadlines are looked at, as in Plugix.
const TICK: Duration = Duration::from_millis(2);

pub(crate) struct Wasmtime {
    instance: InstancePre<()>,
}

struct Started {
    store: Store<()>,
    ticks: u64,
    memory: Memory,
    room: (usize, u32),
    buffer: TypedFunc<u32, u32>,
    empty: TypedFunc<(), ()>,
    add: TypedFunc<(u32, u32), u32>,
    echo: TypedFunc<u32, u64>,
    change: TypedFunc<u32, u64>,
    sum: TypedFunc<u32, f64>,
    points: TypedFunc<u32, u64>,
    strings: TypedFunc<u32, u64>,
    reverse: TypedFunc<u32, u64>,
    call_host: TypedFunc<u32, u32>,
    compute: TypedFunc<u32, u64>,
    endless: TypedFunc<(), u64>,
}

/// An engine with deadlines and a pool of memories. With a pool, instantiating is fastest.
pub(super) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true).allocation_strategy(InstanceAllocationStrategy::pooling());
    let engine = Engine::new(&config)?;
    let weak = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
    Ok(engine)
}

/// After how many ticks a limit is over. The first tick may come at once.
pub(super) fn ticks(limit: Duration) -> u64 {
    limit.as_micros().div_ceil(TICK.as_micros()) as u64 + 1
}

/// Compiles the module. If a file of this name has compiled code, it takes that.
pub(super) fn cached<M>(
    cache: Option<&Path>,
    compile: impl FnOnce() -> Result<M>,
    serialize: impl FnOnce(&M) -> Result<Vec<u8>>,
    deserialize: impl FnOnce(&Path) -> Result<M>,
) -> Result<M> {
    let Some(cache) = cache else { return compile() };
    let file = cache.join("compiled");
    if !file.exists() {
        std::fs::write(&file, serialize(&compile()?)?)?;
    }
    deserialize(&file)
}

impl System for Wasmtime {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let engine = engine()?;
        let module = cached(
            cache,
            || Ok(Module::new(&engine, guests::read(&guests.raw)?)?),
            |module| Ok(module.serialize()?),
            // SAFETY: this process wrote the file, into a folder of its own.
            |file| Ok(unsafe { Module::deserialize_file(&engine, file) }?),
        )?;
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "add", |a: u32, b: u32| a.wrapping_add(b))?;
        Ok(Some(Self { instance: linker.instantiate_pre(&module)? }))
    }

    fn start(&self, limit: Duration) -> Result<impl Instance> {
        let mut store = Store::new(self.instance.module().engine(), ());
        let ticks = ticks(limit);
        store.set_epoch_deadline(ticks);
        let instance = self.instance.instantiate(&mut store)?;
        Ok(Started {
            ticks,
            memory: instance.get_memory(&mut store, "memory").context("no memory")?,
            room: (0, 0),
            buffer: instance.get_typed_func(&mut store, "buffer")?,
            empty: instance.get_typed_func(&mut store, "empty")?,
            add: instance.get_typed_func(&mut store, "add")?,
            echo: instance.get_typed_func(&mut store, "echo")?,
            change: instance.get_typed_func(&mut store, "change")?,
            sum: instance.get_typed_func(&mut store, "sum")?,
            points: instance.get_typed_func(&mut store, "points")?,
            strings: instance.get_typed_func(&mut store, "strings")?,
            reverse: instance.get_typed_func(&mut store, "reverse")?,
            call_host: instance.get_typed_func(&mut store, "call_host")?,
            compute: instance.get_typed_func(&mut store, "compute")?,
            endless: instance.get_typed_func(&mut store, "endless")?,
            store,
        })
    }
}

impl Started {
    /// Begins a call.
    fn arm(&mut self) {
        self.store.set_epoch_deadline(self.ticks);
    }

    /// Writes arguments into the buffer that is kept between calls.
    fn write(&mut self, bytes: &[u8]) -> Result<u32> {
        self.arm();
        let len = u32::try_from(bytes.len())?;
        if bytes.len() > self.room.0 {
            self.room = (bytes.len(), self.buffer.call(&mut self.store, len)?);
        }
        self.memory.write(&mut self.store, self.room.1 as usize, bytes)?;
        Ok(len)
    }

    /// What a call has left.
    fn left(&self, result: u64) -> Result<&[u8]> {
        let start = (result >> 32) as usize;
        let len = result as u32 as usize;
        self.memory.data(&self.store).get(start..start + len).context("a result outside of the memory")
    }
}

impl Instance for Started {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        self.arm();
        Ok(self.empty.call(&mut self.store, ())?)
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        self.arm();
        Ok(self.add.call(&mut self.store, (a, b))?)
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        let len = self.write(bytes)?;
        let result = self.echo.call(&mut self.store, len)?;
        Ok(self.left(result)?.to_vec())
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        let len = self.write(&postcard::to_allocvec(&record)?)?;
        let result = self.change.call(&mut self.store, len)?;
        Ok(postcard::from_bytes(self.left(result)?)?)
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        self.write(bytemuck::cast_slice(points))?;
        Ok(self.sum.call(&mut self.store, u32::try_from(points.len())?)?)
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        self.arm();
        let result = self.points.call(&mut self.store, count)?;
        let mut points = vec![Point::zeroed(); count as usize];
        bytemuck::cast_slice_mut(&mut points).copy_from_slice(self.left(result)?);
        Ok(points)
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        self.arm();
        let result = self.strings.call(&mut self.store, count)?;
        Ok(postcard::from_bytes(self.left(result)?)?)
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        let len = self.write(&postcard::to_allocvec(&vectors)?)?;
        let result = self.reverse.call(&mut self.store, len)?;
        Ok(postcard::from_bytes(self.left(result)?)?)
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        self.arm();
        Ok(self.call_host.call(&mut self.store, count)?)
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        self.arm();
        Ok(self.compute.call(&mut self.store, rounds)?)
    }

    fn endless(&mut self) -> Option<Result<u64>> {
        self.arm();
        Some(self.endless.call(&mut self.store, ()).map_err(Into::into))
    }
}
