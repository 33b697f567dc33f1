//! Streams that a plugin in a process of its own has returned. The host pulls their chunks with calls.

use super::plugin::IsolatedPlugin;
use super::shared::Shared;
use crate::error::MethodRef;
use crate::plugin::Wait;
use crate::plugin::dynamic::CallExport as _;
use crate::plugin::stream::{no_chunk, replace};
use crate::running::memory::{OpenStream, decoded};
use crate::sync::lock::lock;
use plugix_abi::export;
use plugix_abi::interface::{Bounds, Pull, StreamError};
use std::sync::{Arc, Mutex, Weak};

/// Pulls chunks for as long as the plugin lives.
struct Returned {
    plugin: Weak<Shared>,
    ended: Arc<Mutex<Vec<u32>>>,
    handle: u32,
    limit: usize,
}

/// What opens the streams that results offer.
pub(super) fn opener(plugin: Weak<Shared>, result_limit: u32) -> Box<OpenStream> {
    // Streams that were dropped while all lanes were taken. The plugin is told of them before it is next asked for a chunk.
    let ended = Arc::default();
    let limit = decoded(result_limit);
    Box::new(move |handle| {
        let (plugin, ended) = (plugin.clone(), Arc::clone(&ended));
        Box::new(Returned { plugin, ended, handle, limit })
    })
}

impl Returned {
    fn call(&self, name: &'static str, handle: u32, wait: Wait, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let plugin = self.plugin.upgrade().ok_or_else(|| StreamError::new("the plugin was unloaded"))?;
        let plugin = IsolatedPlugin::of(plugin).wait(wait);
        let site = MethodRef::from_export(name);
        plugin
            .call_export(name, &site, &handle.to_le_bytes(), |payload| replace(chunk, payload), |_| Ok(()))
            .map_err(no_chunk)
    }
}

impl Pull for Returned {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let ended = std::mem::take(&mut *lock(&self.ended));
        for handle in ended {
            // The plugin may not know the stream any more, and it may be dead. So its answer doesn't matter.
            let _ = self.call(export::STREAM_DROP, handle, Wait::Forever, &mut Vec::new());
        }
        self.call(export::STREAM_NEXT, self.handle, Wait::Forever, chunk)
    }

    fn bounds(&self) -> Bounds {
        Bounds::of(self.limit)
    }
}

impl Drop for Returned {
    fn drop(&mut self) {
        if self.call(export::STREAM_DROP, self.handle, Wait::Never, &mut Vec::new()).is_err() {
            lock(&self.ended).push(self.handle);
        }
    }
}
