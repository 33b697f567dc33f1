//! Streams that a plugin returned. The host pulls their chunks with calls into the plugin.

use super::inner::Inner;
use crate::error::{CallError, Chain, Error, MethodRef};
use crate::plugin::Wait;
use crate::plugin::call::{Encoded, EncodedCall, ReadError};
use crate::running::memory::GuestPayload;
use crate::sync::exclusive::Exclusive;
use crate::sync::lock::lock;
use plugix_abi::export;
use plugix_abi::interface::{Bounds, Payload, Pull, StreamError};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

/// A plugin, as its streams know it.
pub(crate) trait Pulled: Send + Sync {
    /// Calls `run` with one of the plugin's threads. Waits for a thread as `wait` says, if callers of this plugin wait at
    /// all.
    fn lend_to(self: Arc<Self>, wait: Wait, run: &mut dyn FnMut(&mut Inner)) -> Result<(), Error>;
}

impl Pulled for Exclusive<Inner> {
    fn lend_to(self: Arc<Self>, _wait: Wait, run: &mut dyn FnMut(&mut Inner)) -> Result<(), Error> {
        run(&mut *self.try_take().ok_or(Error::Busy)?);
        Ok(())
    }
}

/// All streams of one plugin.
pub(crate) struct GuestStreams {
    plugin: Weak<dyn Pulled>,
    /// How many bytes of memory an item may take.
    limit: usize,
    /// How often the plugin was reset. A stream from before a reset is gone, even if another stream has its handle now.
    resets: AtomicU64,
    /// Streams that were dropped while the plugin ran a call. The plugin is told of them before it is next called for a
    /// stream.
    ended: Mutex<Vec<u32>>,
    /// How many are open.
    open: Mutex<usize>,
    none_open: Condvar,
}

/// Pulls chunks for as long as the plugin lives. A pull needs the plugin. If the plugin is not shared and runs another
/// call, the pull breaks the stream off.
struct GuestStream {
    all: Arc<GuestStreams>,
    resets: u64,
    handle: u32,
}

impl GuestStreams {
    pub(crate) fn new(plugin: Weak<dyn Pulled>, limit: usize) -> Arc<Self> {
        Arc::new(Self {
            plugin,
            limit,
            resets: AtomicU64::new(0),
            ended: Mutex::default(),
            open: Mutex::default(),
            none_open: Condvar::new(),
        })
    }

    /// The puller of one stream.
    pub(super) fn open(self: &Arc<Self>, handle: u32) -> Box<dyn Pull> {
        *lock(&self.open) += 1;
        Box::new(GuestStream { all: self.clone(), resets: self.resets(), handle })
    }

    /// Waits until no stream is open. Returns whether that came in time.
    pub(super) fn wait_for_end(&self, limit: Duration) -> bool {
        let open = self.none_open.wait_timeout_while(lock(&self.open), limit, |open| *open > 0);
        *open.unwrap_or_else(PoisonError::into_inner).0 == 0
    }

    /// Called when the plugin knows nothing of its streams any more. The caller has the plugin to itself.
    pub(super) fn reset(&self) {
        self.resets.fetch_add(1, Ordering::Relaxed);
        lock(&self.ended).clear();
    }

    fn resets(&self) -> u64 {
        self.resets.load(Ordering::Relaxed)
    }

    /// Tells the plugin that a stream is over, now or later.
    fn end(&self, resets: u64, handle: u32) {
        if resets != self.resets() {
            return;
        }
        let Some(plugin) = self.plugin.upgrade() else { return };
        let told = plugin.lend_to(Wait::Never, &mut |inner| {
            self.tell_ended(inner);
            if resets == self.resets() {
                end(inner, handle);
            }
        });
        if told.is_err() {
            lock(&self.ended).push(handle);
        }
    }

    fn tell_ended(&self, inner: &mut Inner) {
        let ended = std::mem::take(&mut *lock(&self.ended));
        ended.into_iter().for_each(|handle| end(inner, handle));
    }
}

impl Pull for GuestStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let plugin = self.all.plugin.upgrade().ok_or_else(|| StreamError::new("the plugin was unloaded"))?;
        let mut outcome = Ok(());
        let lent = plugin.lend_to(Wait::Forever, &mut |inner| {
            if self.resets != self.all.resets() {
                outcome = Err(StreamError::new("the plugin was reset since"));
                return;
            }
            self.all.tell_ended(inner);
            outcome = call(inner, export::STREAM_NEXT, self.handle, chunk);
        });
        lent.map_err(|error| StreamError::new(Chain(&error))).and(outcome)
    }

    fn bounds(&self) -> Bounds {
        Bounds::of(self.all.limit)
    }
}

impl Drop for GuestStream {
    fn drop(&mut self) {
        self.all.end(self.resets, self.handle);
        let mut open = lock(&self.all.open);
        *open -= 1;
        if *open == 0 {
            self.all.none_open.notify_all();
        }
    }
}

impl fmt::Debug for GuestStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestStreams").field("resets", &self.resets).finish_non_exhaustive()
    }
}

fn end(inner: &mut Inner, handle: u32) {
    // The plugin may not know the stream any more, and it may be dead. So its answer doesn't matter.
    let _ = call(inner, export::STREAM_DROP, handle, &mut Vec::new());
}

fn call(inner: &mut Inner, name: &'static str, handle: u32, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
    let Inner { instance, path, .. } = inner;
    let function =
        instance.function(name).ok_or_else(|| StreamError::new(format_args!("the plugin doesn't export `{name}`")))?;
    let call =
        EncodedCall { name: &MethodRef::from_export(name), method: &function, args: Encoded(&handle.to_le_bytes()) };
    path.call_encoded(instance, call, |payload| replace(chunk, payload), |_| Ok(())).map_err(no_chunk)
}

/// Puts a chunk in the place of the one before.
pub(crate) fn replace(chunk: &mut Vec<u8>, payload: GuestPayload<'_>) -> Result<(), ReadError> {
    Ok(payload.read(|bytes| {
        chunk.clear();
        chunk.extend_from_slice(bytes);
    })?)
}

/// Why there is no chunk.
pub(crate) fn no_chunk(error: CallError<()>) -> StreamError {
    match error {
        CallError::Failed(error) => StreamError::new(Chain(&error)),
        CallError::Returned(()) => StreamError::new("the plugin returned an error for a chunk"),
    }
}
