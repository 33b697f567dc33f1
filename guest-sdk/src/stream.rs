//! Streams: those that the plugin offers, and those that it takes from the host.

#[cfg(target_family = "wasm")]
mod host;
#[cfg(not(target_family = "wasm"))]
mod local;
mod offering;

pub(crate) use offering::Offering;

use crate::{Output, call};
use plugix_abi::Status;
use plugix_abi::interface::{CHUNK_LEN, Output as _, Produce, Pull};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long items are collected. After that, the chunk is sent as it is.
const PATIENCE: Duration = Duration::from_millis(1);

/// The streams that the plugin offers.
struct Streams {
    last_handle: u32,
    items: BTreeMap<u32, Box<dyn Produce>>,
}

static STREAMS: Mutex<Streams> = Mutex::new(Streams { last_handle: 0, items: BTreeMap::new() });

fn streams() -> MutexGuard<'static, Streams> {
    // No code of the plugin's runs under the lock, so what it guards is whole.
    STREAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a stream until the host has pulled it to its end, or ends it early.
pub(crate) fn offer(items: Box<dyn Produce>) -> u32 {
    let mut streams = streams();
    loop {
        streams.last_handle = streams.last_handle.wrapping_add(1);
        let handle = streams.last_handle;
        if let Entry::Vacant(place) = streams.items.entry(handle) {
            place.insert(items);
            return handle;
        }
    }
}

/// Pulls a stream that the host offers. Outside of a plugin that is this process.
pub(crate) fn open(handle: u32) -> Option<Box<dyn Pull>> {
    #[cfg(target_family = "wasm")]
    return Some(Box::new(host::HostStream::new(handle)));
    #[cfg(not(target_family = "wasm"))]
    return local::LocalStream::new(handle).map(|stream| Box::new(stream) as Box<dyn Pull>);
}

/// [`plugix_abi::export::STREAM_NEXT`].
///
/// # Safety
/// As for [`call`].
#[unsafe(no_mangle)]
unsafe extern "C" fn plugix_stream_next(frame: u32) -> u32 {
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, next) }
}

fn next(args: &[u8], output: &mut Output<'_>) -> Status {
    let mut chunk = Vec::with_capacity(CHUNK_LEN);
    match handle(args).and_then(|handle| produce(handle, &mut chunk)) {
        Some(()) => {
            output.give(chunk);
            Status::Ok
        }
        None => {
            output.give(Vec::from(*b"there is no such stream"));
            Status::BadArguments
        }
    }
}

/// Makes the next chunk of a stream that is offered here. `None` if there is no such stream.
///
/// The stream is taken out while it makes its items, since they may come from another stream. A stream that panics is gone.
fn produce(handle: u32, chunk: &mut Vec<u8>) -> Option<()> {
    let mut items = take(handle)?;
    let start = Instant::now();
    if items.produce(chunk, &mut || start.elapsed() >= PATIENCE) {
        streams().items.insert(handle, items);
    }
    Some(())
}

/// [`plugix_abi::export::STREAM_DROP`].
///
/// # Safety
/// As for [`call`].
#[unsafe(no_mangle)]
unsafe extern "C" fn plugix_stream_drop(frame: u32) -> u32 {
    let end = |args: &[u8], _: &mut Output<'_>| {
        let items = handle(args).and_then(take);
        drop(items);
        Status::Ok
    };
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, end) }
}

fn handle(args: &[u8]) -> Option<u32> {
    args.try_into().ok().map(u32::from_le_bytes)
}

fn take(handle: u32) -> Option<Box<dyn Produce>> {
    streams().items.remove(&handle)
}
