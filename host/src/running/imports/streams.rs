//! Streams that the host offers. The plugin pulls their chunks.

use super::results::{pack, panicked};
use super::taken::while_it_waits;
use super::{Context, frame, with_halt};
use crate::error::{HostBreach, MethodRef};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use crate::running::memory::Offers;
use crate::running::stopped;
use crate::sync::lock::lock;
use plugix_abi::interface::{CHUNK_LEN, Produce};
use plugix_abi::{Status, import};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};
use wasmer::{Function, FunctionEnvMut, RuntimeError, StoreMut};

/// How long items are collected before the chunk is sent as it is.
const PATIENCE: Duration = Duration::from_millis(1);

/// The streams that the host offers to one plugin, by their handles.
#[derive(Clone, Default)]
pub(crate) struct HostStreams(Arc<Shared>);

#[derive(Default)]
struct Shared {
    table: Mutex<Table>,
    /// Where the streams are, if they aren't in this process.
    elsewhere: OnceLock<Box<dyn Elsewhere>>,
}

/// The streams of a host in another process.
pub(crate) trait Elsewhere: Send + Sync {
    /// Makes the next chunk of a stream.
    fn next(&self, handle: u32) -> (Status, Vec<u8>);

    /// Ends a stream.
    fn end(&self, handle: u32);
}

/// What a stream of the plugin's knows of those of its host. One of these may hold it.
#[derive(Clone)]
pub(super) struct WeakStreams(Weak<Shared>);

#[derive(Default)]
struct Table {
    last_handle: u32,
    streams: HashMap<u32, Box<dyn Produce>>,
    /// How often the plugin was reset.
    resets: u64,
    /// Streams of the plugin's that the host let go while the plugin didn't wait. The plugin is told of them before it is
    /// next asked for a chunk.
    ended: Vec<u32>,
}

impl WeakStreams {
    pub(super) fn upgrade(&self) -> Option<HostStreams> {
        self.0.upgrade().map(HostStreams)
    }
}

/// Streams of the plugin's, which host functions take.
impl HostStreams {
    /// What a stream that is taken now has to know: whose it is, and how often the plugin was reset.
    pub(super) fn taken(&self) -> (WeakStreams, u64) {
        (WeakStreams(Arc::downgrade(&self.0)), self.resets())
    }

    /// How often the plugin was reset.
    pub(super) fn resets(&self) -> u64 {
        self.table().resets
    }

    /// Whether both are of one plugin.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Tells the plugin later that a stream is over.
    pub(super) fn end_later(&self, resets: u64, handle: u32) {
        let mut table = self.table();
        if table.resets == resets {
            table.ended.push(handle);
        }
    }

    /// The streams that the plugin has to be told of.
    pub(super) fn ended(&self) -> Vec<u32> {
        std::mem::take(&mut self.table().ended)
    }
}

impl HostStreams {
    /// Ends all streams, since the plugin was reset.
    pub(crate) fn end_all(&self) {
        let mut table = self.table();
        table.resets += 1;
        table.ended.clear();
        let streams = std::mem::take(&mut table.streams);
        drop(table);
        // Dropping a stream runs foreign code, and that must not run under the lock.
        drop(streams);
    }

    /// Says that the streams are those of a host in another process.
    pub(crate) fn are_elsewhere(&self, elsewhere: impl Elsewhere + 'static) {
        // It is said once, before the plugin starts.
        let _ = self.0.elsewhere.set(Box::new(elsewhere));
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.0.table)
    }

    fn take(&self, handle: u32) -> Option<Box<dyn Produce>> {
        self.table().streams.remove(&handle)
    }

    /// Ends a stream. A panic in the destructor of the items must not unwind into the plugin.
    pub(crate) fn end(&self, handle: u32) {
        if let Some(elsewhere) = self.0.elsewhere.get() {
            return elsewhere.end(handle);
        }
        let items = self.take(handle);
        drop(catch_unwind(AssertUnwindSafe(|| drop(items))));
    }

    /// Makes the next chunk of a stream. The code of the items runs without the lock. A stream that panics is gone.
    pub(crate) fn next(&self, plugin: &str, handle: u32) -> (Status, Vec<u8>) {
        if let Some(elsewhere) = self.0.elsewhere.get() {
            return elsewhere.next(handle);
        }
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
                    self.table().streams.insert(handle, items);
                }
                (Status::Ok, chunk)
            }
            Err(panic) => (Status::Panic, panicked(plugin, "a stream", panic)),
        }
    }

    /// Makes the function with which the plugin pulls a chunk.
    pub(super) fn next_function(&self, store: &mut StoreMut<'_>, context: &Context) -> Function {
        let (streams, limit) = (self.clone(), context.argument_limit);
        let (plugin, halt, results) = (context.plugin.clone(), context.halt.clone(), context.results.clone());
        Function::new_typed_with_env(
            store,
            &context.memory,
            move |mut env: FunctionEnvMut<'_, frame::Memory>, handle: u32, ptr: u32, capacity: u32| {
                stopped::check(halt.is_stopped())?;
                let _profiled = enter(Origin::Host, import::STREAM_NEXT);
                // The items may come from a stream of the plugin's.
                let next = || with_halt(&halt, || streams.next(&plugin, handle));
                let (status, chunk) = while_it_waits(&mut env, &streams, limit, next)?;
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
    pub(super) fn drop_function(&self, store: &mut StoreMut<'_>, context: &Context) -> Function {
        let (streams, limit, halt) = (self.clone(), context.argument_limit, context.halt.clone());
        Function::new_typed_with_env(
            store,
            &context.memory,
            move |mut env: FunctionEnvMut<'_, frame::Memory>, handle: u32| {
                stopped::check(halt.is_stopped())?;
                while_it_waits(&mut env, &streams, limit, || streams.end(handle))
            },
        )
    }
}

impl Offers for HostStreams {
    /// Keeps a stream until the plugin has pulled all of it, or ends it.
    fn offer(&self, items: Box<dyn Produce>) -> u32 {
        let mut table = self.table();
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
        f.debug_struct("HostStreams").field("streams", &self.table().streams.len()).finish()
    }
}
