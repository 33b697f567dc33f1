//! Streams whose items one side has in another form than the other.

use crate::running::memory::sent;
use plugix_abi::interface::{Bounds, Produce, Pull, StreamError, break_off, replace_items};
use plugix_module::interface::Rewrite;
use std::sync::Arc;

/// A stream whose items can be rewritten on their way.
pub(crate) trait Rewritten: Sized {
    /// The stream with other items. Without a rewrite it stays as it is.
    fn rewritten(self, rewrite: Option<Arc<Rewrite>>) -> Self;
}

impl Rewritten for Box<dyn Produce> {
    fn rewritten(self, rewrite: Option<Arc<Rewrite>>) -> Self {
        match rewrite {
            Some(rewrite) => Box::new(Items(self, rewrite)),
            None => self,
        }
    }
}

impl Rewritten for Box<dyn Pull> {
    fn rewritten(self, rewrite: Option<Arc<Rewrite>>) -> Self {
        match rewrite {
            Some(rewrite) => Box::new(Items(self, rewrite)),
            None => self,
        }
    }
}

/// Items, and how they are rewritten.
struct Items<T>(T, Arc<Rewrite>);

impl Produce for Items<Box<dyn Produce>> {
    fn produce(&mut self, chunk: &mut Vec<u8>, is_late: &mut dyn FnMut() -> bool) -> bool {
        let more = self.0.produce(chunk, is_late);
        match replace_items(chunk, |count, items| self.1.values(count, items, sent(items.len()))) {
            Ok(()) => more,
            Err(error) => {
                break_off(chunk, &StreamError::new(error));
                false
            }
        }
    }
}

impl Pull for Items<Box<dyn Pull>> {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        self.0.pull(chunk)?;
        let bounds = self.0.bounds();
        replace_items(chunk, |count, items| self.1.values(count, items, bounds)).map_err(StreamError::new)
    }

    fn bounds(&self) -> Bounds {
        self.0.bounds()
    }
}
