//! Outside of a plugin, as in its unit tests: a stream that is offered in the same process.

use super::{produce, streams, take};
use crate::panic::{drop_payload, take_report};
use plugix_abi::interface::{Pull, StreamError};
use std::panic::{AssertUnwindSafe, catch_unwind};

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

/// Runs code of the other side. As in a sandbox, its panic ends there.
fn contain<T>(run: impl FnOnce() -> T) -> Result<T, StreamError> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let report = take_report(&*payload);
        drop_payload(payload);
        StreamError::new(format_args!("the stream panicked: {}", report.message))
    })
}

impl Pull for LocalStream {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        contain(|| produce(self.handle, chunk))?.ok_or_else(|| StreamError::new("there is no such stream"))
    }
}

impl Drop for LocalStream {
    fn drop(&mut self) {
        let items = take(self.handle);
        // Nobody is told of a panic in the destructor of the items, as in a sandbox.
        let _ = contain(|| drop(items));
    }
}
