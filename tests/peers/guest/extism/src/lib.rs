//! The work as a plugin of Extism's.

#![allow(missing_docs)] // the attribute drops what stands before a function

use extism_pdk::{FnResult, Memory, Msgpack, host_fn, plugin_fn};
use peers_work::{self as work, Point, Record};

#[host_fn]
extern "ExtismHost" {
    fn host_add(a: u32, b: u32) -> u32;
}

/// Nothing.
#[plugin_fn]
pub fn empty() -> FnResult<()> {
    Ok(())
}

/// The sum of the two halves. No function of one value can do less.
#[plugin_fn]
pub fn add(pair: u64) -> FnResult<u32> {
    Ok(work::add(pair as u32, (pair >> 32) as u32))
}

/// The same bytes.
#[plugin_fn]
pub fn echo(bytes: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(work::echo(&bytes))
}

/// The struct, changed.
#[plugin_fn]
pub fn change(record: Msgpack<Record>) -> FnResult<Msgpack<Record>> {
    Ok(Msgpack(record.0.changed()))
}

/// Reads every point.
#[plugin_fn]
pub fn sum(bytes: Vec<u8>) -> FnResult<f64> {
    let points: &[Point] = bytemuck::try_cast_slice(&bytes).expect("the allocator aligns to 8 bytes");
    Ok(work::sum(points))
}

/// Makes this many points.
#[plugin_fn]
pub fn points(count: u32) -> FnResult<Memory> {
    Ok(Memory::from_bytes(bytemuck::cast_slice::<Point, u8>(&work::points(count)))?)
}

/// Makes this many strings.
#[plugin_fn]
pub fn strings(count: u32) -> FnResult<Msgpack<Vec<String>>> {
    Ok(Msgpack(work::strings(count)))
}

/// The vectors, each turned around.
#[plugin_fn]
pub fn reverse(vectors: Msgpack<Vec<Vec<u32>>>) -> FnResult<Msgpack<Vec<Vec<u32>>>> {
    Ok(Msgpack(work::reversed(vectors.0)))
}

/// Calls the host `count` times.
#[plugin_fn]
pub fn call_host(count: u32) -> FnResult<u32> {
    // SAFETY: the host's function has this type.
    Ok(work::call_host(count, |a, b| unsafe { host_add(a, b) }.expect("the host adds")))
}

/// Work for the processor.
#[plugin_fn]
pub fn compute(rounds: u32) -> FnResult<u64> {
    Ok(work::compute(rounds))
}

/// Never returns.
#[plugin_fn]
pub fn endless() -> FnResult<u64> {
    Ok(work::endless())
}
