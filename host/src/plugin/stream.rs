//! Streams that a plugin returned: their chunks are pulled by calls into the plugin.

use super::Inner;
use super::exclusive::Exclusive;
use crate::{CallError, Error};
use plugix_abi::export;
use plugix_abi::interface::{Payload, Pull, StreamError};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// All streams of one plugin.
pub(super) struct GuestStreams {
    plugin: Weak<Exclusive<Inner>>,
    /// Those that were dropped while the plugin ran a call. It is told before the next pull, or end, of another.
    ended: Mutex<Vec<u32>>,
}

/// Pulls chunks for as long as the plugin lives. It needs the plugin for the time of a pull: one that comes while the
/// plugin runs another call breaks the stream off.
struct GuestStream {
    all: Arc<GuestStreams>,
    handle: u32,
}

impl GuestStreams {
    pub(super) fn new(plugin: Weak<Exclusive<Inner>>) -> Arc<Self> {
        Arc::new(Self { plugin, ended: Mutex::default() })
    }

    /// The puller of one of them.
    pub(super) fn open(self: &Arc<Self>, handle: u32) -> Box<dyn Pull> {
        Box::new(GuestStream { all: self.clone(), handle })
    }

    /// Tells the plugin that a stream is over, now or later.
    fn end(&self, handle: u32) {
        let Some(plugin) = self.plugin.upgrade() else { return };
        match plugin.try_take() {
            Some(mut inner) => {
                self.tell_ended(&mut inner);
                end(&mut inner, handle);
            }
            None => self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(handle),
        }
    }

    fn tell_ended(&self, inner: &mut Inner) {
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        ended.into_iter().for_each(|handle| end(inner, handle));
    }
}

impl Pull for GuestStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let plugin = self.all.plugin.upgrade().ok_or_else(|| StreamError::new("the plugin was unloaded"))?;
        let mut inner = plugin.try_take().ok_or_else(|| StreamError::new(Error::Busy))?;
        self.all.tell_ended(&mut inner);
        call(&mut inner, export::STREAM_NEXT, self.handle, chunk)
    }
}

impl Drop for GuestStream {
    fn drop(&mut self) {
        self.all.end(self.handle);
    }
}

fn end(inner: &mut Inner, handle: u32) {
    // A stream that has ended is none any more, and a dead plugin has none: what is answered doesn't matter.
    let _ = call(inner, export::STREAM_DROP, handle, &mut Vec::new());
}

fn call(inner: &mut Inner, name: &'static str, handle: u32, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
    let Inner { instance, path } = inner;
    let function =
        instance.function(name).ok_or_else(|| StreamError::new(format_args!("the plugin doesn't export `{name}`")))?;
    let outcome: Result<(), CallError<()>> = path.call_encoded(
        instance,
        name,
        &function,
        &handle.to_le_bytes(),
        |payload| {
            payload.read(|bytes| {
                chunk.clear();
                chunk.extend_from_slice(bytes);
            })
        },
        |_| Ok(()),
    );
    outcome.map_err(|error| match error {
        CallError::Failed(error) => StreamError::new(error),
        CallError::Returned(()) => StreamError::new("the plugin returned an error for a chunk"),
    })
}
