//! wasmtime, with a WebAssembly component and the bindings that it generates.

use super::wasmtime::{cached, engine, ticks};
use crate::guests::{self, Guests};
use crate::system::{Instance, System};
use anyhow::{Context as _, Result};
use peers_work::Record;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use wasmtime::Store;
use wasmtime::component::{HasSelf, Linker};
use wit_component::ComponentEncoder;

mod bindings {
    wasmtime::component::bindgen!({ path: "../guest/component/wit", world: "worker" });
}

use bindings::exports::peers::work::work::{Fields, Point};

struct Host;

impl bindings::WorkerImports for Host {
    fn host_add(&mut self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

pub(crate) struct Component {
    worker: bindings::WorkerPre<Host>,
}

struct Started {
    store: Store<Host>,
    ticks: u64,
    worker: bindings::Worker,
}

impl From<peers_work::Point> for Point {
    fn from(peers_work::Point { x, y, z, w }: peers_work::Point) -> Self {
        Self { x, y, z, w }
    }
}

impl From<Point> for peers_work::Point {
    fn from(Point { x, y, z, w }: Point) -> Self {
        Self { x, y, z, w }
    }
}

/// Makes the component from the core module. That is done once: elsewhere it is a step of the plugin's build.
fn componentized(module: &Path) -> Result<&'static [u8]> {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    if COMPONENT.get().is_none() {
        let component = ComponentEncoder::default().module(&guests::read(module)?)?.validate(true).encode()?;
        let _ = COMPONENT.set(component);
    }
    COMPONENT.get().map(Vec::as_slice).context("no component")
}

impl System for Component {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let engine = engine()?;
        let component = cached(
            cache,
            || Ok(wasmtime::component::Component::new(&engine, componentized(&guests.component)?)?),
            |component| Ok(component.serialize()?),
            // SAFETY: this process wrote the file, into a folder of its own.
            |file| Ok(unsafe { wasmtime::component::Component::deserialize_file(&engine, file) }?),
        )?;
        let mut linker = Linker::new(&engine);
        bindings::Worker::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
        Ok(Some(Self { worker: bindings::WorkerPre::new(linker.instantiate_pre(&component)?)? }))
    }

    fn start(&self, limit: Duration) -> Result<impl Instance> {
        let mut store = Store::new(self.worker.engine(), Host);
        let ticks = ticks(limit);
        store.set_epoch_deadline(ticks);
        let worker = self.worker.instantiate(&mut store)?;
        Ok(Started { store, ticks, worker })
    }
}

impl Started {
    /// Begins a call.
    fn arm(&mut self) -> (&bindings::exports::peers::work::work::Guest, &mut Store<Host>) {
        self.store.set_epoch_deadline(self.ticks);
        (self.worker.peers_work_work(), &mut self.store)
    }
}

impl Instance for Started {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        let (work, store) = self.arm();
        Ok(work.call_empty(store)?)
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        let (work, store) = self.arm();
        Ok(work.call_add(store, a, b)?)
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        let (work, store) = self.arm();
        Ok(work.call_echo(store, bytes)?)
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        let Record { id, kind, x, y, level, visible, name, note, owner, samples } = record;
        let fields = Fields { id, kind, x, y, level, visible, name, note, owner, samples };
        let (work, store) = self.arm();
        let Fields { id, kind, x, y, level, visible, name, note, owner, samples } = work.call_change(store, &fields)?;
        Ok(Record { id, kind, x, y, level, visible, name, note, owner, samples })
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        let (work, store) = self.arm();
        Ok(work.call_sum(store, points)?)
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        let (work, store) = self.arm();
        Ok(work.call_points(store, count)?)
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        let (work, store) = self.arm();
        Ok(work.call_strings(store, count)?)
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        let (work, store) = self.arm();
        Ok(work.call_reverse(store, &vectors)?)
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        let (work, store) = self.arm();
        Ok(work.call_call_host(store, count)?)
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        let (work, store) = self.arm();
        Ok(work.call_compute(store, rounds)?)
    }

    fn endless(&mut self) -> Option<Result<u64>> {
        let (work, store) = self.arm();
        Some(work.call_endless(store).map_err(Into::into))
    }
}
