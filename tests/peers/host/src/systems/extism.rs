//! Extism, with the fastest of its encodings for each type.

use crate::guests::{self, Guests};
use crate::measure::CALL_LIMIT;
use crate::system::{Instance, System};
use anyhow::Result;
use bytemuck::Zeroable as _;
use extism::convert::Msgpack;
use extism::{CompiledPlugin, Manifest, PTR, Plugin, PluginBuilder, UserData, Wasm, host_fn};
use peers_work::{Point, Record};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) struct Extism {
    wasm: PathBuf,
    plugin: CompiledPlugin,
}

struct Started(Plugin);

host_fn!(host_add(_data: (); a: u32, b: u32) -> u32 { Ok(a.wrapping_add(b)) });

/// Compiles a plugin. How long its calls may take is part of its manifest.
fn compile(wasm: &Path, limit: Duration, cache: Option<&Path>) -> Result<CompiledPlugin> {
    let manifest = Manifest::new([Wasm::data(guests::read(wasm)?)]).with_timeout(limit);
    let builder =
        PluginBuilder::new(manifest).with_function("host_add", [PTR, PTR], [PTR], UserData::new(()), host_add);
    let builder = match cache {
        None => builder.with_cache_disabled(),
        Some(cache) => {
            let config = cache.join("config.toml");
            std::fs::write(&config, format!("[cache]\ndirectory = {:?}\n", cache.join("modules")))?;
            builder.with_cache_config(config)
        }
    };
    builder.compile()
}

impl System for Extism {
    fn load(guests: &Guests, cache: Option<&Path>) -> Result<Option<Self>> {
        let plugin = compile(&guests.extism, CALL_LIMIT, cache)?;
        Ok(Some(Self { wasm: guests.extism.clone(), plugin }))
    }

    fn start(&self, limit: Duration) -> Result<impl Instance> {
        let plugin = match limit {
            CALL_LIMIT => Plugin::new_from_compiled(&self.plugin)?,
            _ => Plugin::new_from_compiled(&compile(&self.wasm, limit, None)?)?,
        };
        Ok(Started(plugin))
    }
}

impl Instance for Started {
    type Point = Point;

    fn empty(&mut self) -> Result<()> {
        self.0.call("empty", ())
    }

    fn add(&mut self, a: u32, b: u32) -> Result<u32> {
        self.0.call("add", u64::from(a) | u64::from(b) << 32)
    }

    fn echo(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.0.call("echo", bytes)
    }

    fn change(&mut self, record: Record) -> Result<Record> {
        Ok(self.0.call::<_, Msgpack<Record>>("change", Msgpack(record))?.0)
    }

    fn sum(&mut self, points: &[Point]) -> Result<f64> {
        self.0.call("sum", bytemuck::cast_slice::<Point, u8>(points))
    }

    fn points(&mut self, count: u32) -> Result<Vec<Point>> {
        let bytes: &[u8] = self.0.call("points", count)?;
        let mut points = vec![Point::zeroed(); count as usize];
        bytemuck::cast_slice_mut(&mut points).copy_from_slice(bytes);
        Ok(points)
    }

    fn strings(&mut self, count: u32) -> Result<Vec<String>> {
        Ok(self.0.call::<_, Msgpack<Vec<String>>>("strings", count)?.0)
    }

    fn reverse(&mut self, vectors: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
        Ok(self.0.call::<_, Msgpack<Vec<Vec<u32>>>>("reverse", Msgpack(vectors))?.0)
    }

    fn call_host(&mut self, count: u32) -> Result<u32> {
        self.0.call("call_host", count)
    }

    fn compute(&mut self, rounds: u32) -> Result<u64> {
        self.0.call("compute", rounds)
    }

    fn endless(&mut self) -> Option<Result<u64>> {
        Some(self.0.call("endless", ()))
    }
}
