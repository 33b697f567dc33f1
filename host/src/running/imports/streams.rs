//! Streams that the host offers. The plugin pulls their chunks.

use super::frame;
use super::results::{Results, pack, panicked};
use crate::error::{HostBreach, MethodRef};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use crate::running::memory::Offers;
use crate::running::stopped;
use crate::stop::Halt;
use crate::sync::lock::lock;
use plugix_abi::interface::{CHUNK_LEN, Produce};
use plugix_abi::{Status, import};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, StoreMut};

/// How long items are collected before the chunk is sent as it is.
const PATIENCE: Duration = Duration::from_millis(1);

/// The streams that the host offers to one plugin, by their handles.
#[derive(Clone, Default)]
pub(crate) struct HostStreams(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    last_handle: u32,
    streams: HashMap<u32, Box<dyn Produce>>,
}

impl HostStreams {
    /// Ends all streams.
    pub(crate) fn end_all(&self) {
        let streams = std::mem::take(&mut lock(&self.0).streams);
        // Dropping a stream runs foreign code, and that must not run under the lock.
        drop(streams);
    }

    fn take(&self, handle: u32) -> Option<Box<dyn Produce>> {
        lock(&self.0).streams.remove(&handle)
    }

    /// Makes the next chunk of a stream. The code of the items runs without the lock. A stream that panics is gone.
    fn next(&self, plugin: &str, handle: u32) -> (Status, Vec<u8>) {
        let Some(mut items) = self.take(handle) else {
            return (Status::BadArguments, b"there is no such stream".to_vec());
        };
        let mut chunk = Vec::with_capacity(CHUNK_LEN);
        let start = Instant::now();
        let more = catch_unwind(AssertUnwindSafe(|| items.produce(&mut chunk, &mut || start.elapsed() >= PATIENCE)));
        match more {
            // Only an item of the host can be that long.
            Ok(_) if u32::try_from(chunk.len()).is_err() => (Status::Failed, b"a chunk is over 4 GiB".to_vec()),
            Ok(more) => {
                if more {
                    lock(&self.0).streams.insert(handle, items);
                }
                (Status::Ok, chunk)
            }
            Err(panic) => (Status::Panic, panicked(plugin, "a stream", panic)),
        }
    }

    /// Makes the function with which the plugin pulls a chunk.
    pub(super) fn next_function(
        &self,
        store: &mut StoreMut<'_>,
        memory: &FunctionEnv<frame::Memory>,
        results: &Results,
        plugin: &Arc<str>,
        halt: &Halt,
    ) -> Function {
        let streams = self.clone();
        let results = results.clone();
        let (plugin, halt) = (plugin.clone(), halt.clone());
        Function::new_typed_with_env(
            store,
            memory,
            move |mut env: FunctionEnvMut<'_, frame::Memory>, handle: u32, ptr: u32, capacity: u32| {
                stopped::check(halt.is_stopped())?;
                let _profiled = enter(Origin::Host, import::STREAM_NEXT);
                let (status, chunk) = streams.next(&plugin, handle);
                if chunk.len() > capacity as usize {
                    return Ok(pack(status, results.keep(chunk)));
                }
                let (memory, store) = env.data_and_store_mut();
                match memory.guest.write(&store, "a chunk", ptr, &chunk) {
                    Ok(()) => Ok(pack(status, chunk.len() as u32)),
                    Err(error) => {
                        let function = MethodRef::from_export(import::STREAM_NEXT).to_name();
                        Err(RuntimeError::user(Box::new(HostBreach { function, error })))
                    }
                }
            },
        )
    }

    /// Makes the function with which the plugin ends a stream.
    pub(super) fn drop_function(&self, store: &mut StoreMut<'_>, halt: &Halt) -> Function {
        let (streams, halt) = (self.clone(), halt.clone());
        Function::new_typed(store, move |handle: u32| {
            stopped::check(halt.is_stopped())?;
            let items = streams.take(handle);
            // A panic in the destructor of the items must not unwind into the plugin.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(items)));
            Ok::<(), RuntimeError>(())
        })
    }
}

impl Offers for HostStreams {
    /// Keeps a stream until the plugin has pulled all of it, or ends it.
    fn offer(&self, items: Box<dyn Produce>) -> u32 {
        let mut table = lock(&self.0);
        loop {
            table.last_handle = table.last_handle.wrapping_add(1);
            let handle = table.last_handle;
            if let std::collections::hash_map::Entry::Vacant(place) = table.streams.entry(handle) {
                place.insert(items);
                return handle;
            }
        }
    }
}

impl std::fmt::Debug for HostStreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostStreams").field("streams", &lock(&self.0).streams.len()).finish()
    }
}
