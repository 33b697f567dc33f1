//! Where a host function puts its result, before the guest gets it.

use super::{Rewritten as _, is_stopped, taken};
use bytemuck::Pod;
use plugix_abi::interface::{Bounds, EncodeArg, Output, Produce, Pull, Value};
use plugix_module::interface::Rewrites;
use serde::Serialize;
use std::cell::Cell;
use std::sync::Arc;

/// Takes a result on the host's side.
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    /// How many bytes of memory the arguments may take.
    limit: usize,
    rewrites: Option<Arc<Rewrites>>,
    /// How many streams there were among the arguments till now.
    taken: Cell<usize>,
    /// Whether the result is a stream.
    pub(super) is_stream: bool,
}

impl Buffer {
    /// Puts the result into these bytes, in place of what they have.
    #[inline]
    pub(super) fn new(mut bytes: Vec<u8>, limit: usize, rewrites: Option<Arc<Rewrites>>) -> Self {
        bytes.clear();
        Self { bytes, limit, rewrites, taken: Cell::new(0), is_stream: false }
    }

    /// Puts in a payload as it is.
    pub(super) fn put(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
    }
}

impl Output for Buffer {
    fn give<T: Pod>(&mut self, elements: Vec<T>) {
        self.bytes.extend_from_slice(bytemuck::cast_slice(&elements));
    }

    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        Value(value).encode(&mut self.bytes).expect("the result can be encoded");
    }

    fn offer(&mut self, items: Box<dyn Produce>) -> Option<u32> {
        self.is_stream = true;
        let rewrite = self.rewrites.as_ref().and_then(|rewrites| rewrites.value.clone());
        taken::offer(items.rewritten(rewrite))
    }

    fn open(&self, handle: u32) -> Option<Box<dyn Pull>> {
        let at = self.taken.replace(self.taken.get() + 1);
        let rewrite = self.rewrites.as_ref().and_then(|rewrites| rewrites.streams.get(at).cloned().flatten());
        taken::open(handle).map(|items| items.rewritten(rewrite))
    }

    fn bounds(&self) -> Bounds {
        Bounds { memory: self.limit, is_over: is_stopped }
    }
}
