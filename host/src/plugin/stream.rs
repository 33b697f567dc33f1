//! A stream that a plugin returned: its chunks are pulled by calls into the plugin.

use super::Inner;
use super::exclusive::Exclusive;
use crate::{CallError, Error};
use plugix_abi::export;
use plugix_abi::interface::{Payload, Pull, StreamError};
use std::sync::Weak;

/// Pulls chunks for as long as the plugin lives. It needs the plugin for the time of a pull: one that comes while the
/// plugin runs another call breaks the stream off.
pub(super) struct GuestStream {
    plugin: Weak<Exclusive<Inner>>,
    handle: u32,
}

impl GuestStream {
    pub(super) fn new(plugin: Weak<Exclusive<Inner>>, handle: u32) -> Self {
        Self { plugin, handle }
    }

    fn call(&self, name: &'static str, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let plugin = self.plugin.upgrade().ok_or_else(|| StreamError::new("the plugin was unloaded"))?;
        let mut inner = plugin.try_take().ok_or_else(|| StreamError::new(Error::Busy))?;
        let Inner { instance, path } = &mut *inner;
        let function = instance
            .function(name)
            .ok_or_else(|| StreamError::new(format_args!("the plugin doesn't export `{name}`")))?;
        let outcome: Result<(), CallError<()>> = path.call_encoded(
            instance,
            name,
            &function,
            &self.handle.to_le_bytes(),
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
}

impl Pull for GuestStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        self.call(export::STREAM_NEXT, chunk)
    }
}

impl Drop for GuestStream {
    fn drop(&mut self) {
        // A stream that has ended is none any more, and a dead plugin has none: what is answered doesn't matter.
        let _ = self.call(export::STREAM_DROP, &mut Vec::new());
    }
}
