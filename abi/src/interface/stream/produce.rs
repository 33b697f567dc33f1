//! The side that has the items.

use super::super::args::{Bytes, EncodeArg, Value};
use super::{HEADER_LEN, Item, Stream, StreamError, state};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

/// A chunk is sent when it has this many bytes: 64 KiB.
pub const CHUNK_LEN: usize = 1 << 16;

/// Makes a stream's chunks.
pub trait Produce: Send {
    /// Replaces what is in `chunk` by the next chunk. The chunk is [`CHUNK_LEN`] long or a little longer. It is shorter
    /// if `is_late` says that the other side should not wait any longer; `is_late` is asked now and then.
    ///
    /// Returns whether there are more chunks.
    fn produce(&mut self, chunk: &mut Vec<u8>, is_late: &mut dyn FnMut() -> bool) -> bool;
}

impl<T: Item> Stream<T> {
    /// The stream, to be pulled by the other side.
    pub(crate) fn into_produce(self) -> Box<dyn Produce> {
        Box::new(Producer { items: self, broken: None })
    }
}

struct Producer<T> {
    items: Stream<T>,
    /// Why it breaks off, when there were items to be sent before.
    broken: Option<StreamError>,
}

impl<T: Item> Produce for Producer<T> {
    fn produce(&mut self, chunk: &mut Vec<u8>, is_late: &mut dyn FnMut() -> bool) -> bool {
        chunk.clear();
        chunk.extend([0; HEADER_LEN]);
        let mut count = 0_u32;
        let mut state = state::MORE;
        while self.broken.is_none() && chunk.len() < CHUNK_LEN && count < u32::MAX {
            match self.items.next() {
                Some(Ok(item)) => match encode(&item, chunk) {
                    Ok(()) => count += 1,
                    Err(error) => self.broken = Some(error),
                },
                Some(Err(error)) => self.broken = Some(error),
                None => {
                    state = state::END;
                    break;
                }
            }
            // The clock is asked after 1, 2, 4, … items. It costs as much as a small item.
            if count.is_power_of_two() && is_late() {
                break;
            }
        }
        if count == 0
            && let Some(error) = self.broken.take()
        {
            state = state::BROKEN;
            chunk.truncate(HEADER_LEN);
            chunk.extend_from_slice(error.message.as_bytes());
        }
        chunk[0] = state;
        chunk[1..HEADER_LEN].copy_from_slice(&count.to_le_bytes());
        state == state::MORE
    }
}

fn encode<T: Item>(item: &T, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
    let len = chunk.len();
    let encoded = match (item as &dyn Any).downcast_ref::<Vec<u8>>() {
        Some(bytes) => Bytes(bytes).encode(chunk),
        None => Value(item).encode(chunk),
    };
    encoded.map_err(|error| {
        chunk.truncate(len);
        StreamError::new(error)
    })
}
