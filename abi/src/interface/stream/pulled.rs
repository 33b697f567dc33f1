//! The side that takes the items.

use super::super::DecodeError;
use super::super::limited::{Bounds, Limit};
use super::{Chunk, HEADER_LEN, Item, Pull, Stream, StreamError};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

impl<T: Item> Stream<T> {
    /// The stream whose chunks these are.
    pub(crate) fn pulled(chunks: Box<dyn Pull>) -> Self {
        let bounds = chunks.bounds();
        let pulled = Pulled { source: Some(chunks), chunk: Vec::new(), position: 0, left: 0, bounds };
        Self(Box::new(pulled.map_items()))
    }
}

/// A chunk, and the source of the next ones. After the last chunk there is no source.
struct Pulled {
    source: Option<Box<dyn Pull>>,
    chunk: Vec<u8>,
    position: usize,
    /// How many items the chunk still has.
    left: u32,
    /// How far an item is decoded.
    bounds: Bounds,
}

impl Pulled {
    fn map_items<T: Item>(mut self) -> impl Iterator<Item = Result<T, StreamError>> + Send {
        core::iter::from_fn(move || {
            let item = self.next().transpose()?;
            if item.is_err() {
                (self.source, self.left) = (None, 0);
            }
            Some(item)
        })
    }

    fn next<T: Item>(&mut self) -> Result<Option<T>, StreamError> {
        if self.left == 0 && !self.next_chunk()? {
            return Ok(None);
        }
        let (item, rest) = decode(&self.chunk[self.position..], self.bounds).map_err(StreamError::new)?;
        self.position = self.chunk.len() - rest;
        self.left -= 1;
        if self.left == 0 && rest > 0 {
            return Err(StreamError::new(DecodeError::Trailing(rest)));
        }
        Ok(Some(item))
    }

    /// Whether there is a chunk with items.
    fn next_chunk(&mut self) -> Result<bool, StreamError> {
        let Some(source) = &mut self.source else { return Ok(false) };
        source.pull(&mut self.chunk)?;
        let Chunk { count, more, .. } = Chunk::read(&self.chunk)?;
        (self.left, self.position) = (count, HEADER_LEN);
        if !more {
            // Nothing is left on the other side.
            self.source = None;
        }
        Ok(self.left > 0)
    }
}

/// An item, and how many bytes are left.
fn decode<T: Item>(bytes: &[u8], bounds: Bounds) -> Result<(T, usize), DecodeError> {
    let mut item = None::<T>;
    let rest = match (&mut item as &mut dyn Any).downcast_mut::<Option<Vec<u8>>>() {
        Some(item) => {
            let (borrowed, rest) = postcard::take_from_bytes::<&[u8]>(bytes)?;
            *item = Some(borrowed.into());
            rest
        }
        None => {
            let (decoded, rest) = Limit::new(bounds).decode(bytes)?;
            item = Some(decoded);
            rest
        }
    };
    Ok((item.expect("one of the arms has set it"), rest.len()))
}
