//! Outside of a plugin, as in its unit tests: a stream that is offered in the same process.

use super::streams;
use plugix_abi::interface::{Pull, StreamError};

/// Pulls a stream from where it was offered.
pub(super) struct LocalStream {
    handle: u32,
}

impl LocalStream {
    /// `None` if no such stream is offered.
    pub(super) fn new(handle: u32) -> Option<Self> {
        streams().items.contains_key(&handle).then_some(Self { handle })
    }
}

impl Pull for LocalStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        // The stream is taken out while it makes its items, since they may come from another stream.
        let items = streams().items.remove(&self.handle);
        let mut items = items.ok_or_else(|| StreamError::new("the stream panicked"))?;
        if items.produce(chunk, &mut || false) {
            streams().items.insert(self.handle, items);
        }
        Ok(())
    }
}

impl Drop for LocalStream {
    fn drop(&mut self) {
        let items = streams().items.remove(&self.handle);
        drop(items);
    }
}
