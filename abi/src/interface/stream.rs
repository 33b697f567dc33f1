//! Streams: items stay where they are made until the other side asks for more.
//!
//! The taker pulls items in chunks. A slow taker slows the maker down, and neither holds more than a chunk. Between the
//! two sides stand a handle and two functions: one gives the next chunk, one ends the stream early.
//!
//! A chunk is a state (one byte), the number of items (four bytes, the lowest first) and the items in postcard.

mod produce;
mod pulled;

pub use produce::{CHUNK_LEN, Produce};

use super::{Bounds, DecodeError};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Items, as an argument or a result. Make a stream with [`Stream::new`], and iterate over it.
///
/// A method may return before it has used up a stream that it was given: a stream that it returns may go on with it. A
/// stream ends early when the taker drops it.
pub struct Stream<T>(Box<dyn Iterator<Item = Result<T, StreamError>> + Send>);

/// What can be an item of a [`Stream`]. `Vec<u8>` is copied, any other item is encoded.
pub trait Item: Serialize + DeserializeOwned + Any {}

impl<T: Serialize + DeserializeOwned + Any> Item for T {}

impl<T: Any> Stream<T> {
    /// A stream of these items. Each is made when somebody asks for it.
    pub fn new<I>(items: I) -> Self
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        Self(Box::new(items.into_iter().map(Ok)))
    }

    /// A stream that may break off: the first error is its last item.
    pub fn fallible<I, E>(items: I) -> Self
    where
        I: IntoIterator<Item = Result<T, E>>,
        I::IntoIter: Send + 'static,
        E: fmt::Display,
    {
        Self(Box::new(items.into_iter().map(|item| item.map_err(StreamError::new))))
    }
}

impl<T> Iterator for Stream<T> {
    type Item = Result<T, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream(..)")
    }
}

/// A stream broke off.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize, crate::Schema)]
#[schema(crate = crate)]
#[error("the stream broke off: {message}")]
pub struct StreamError {
    message: String,
}

impl StreamError {
    /// Says why.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string() }
    }

    /// Why.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Gets a stream's chunks from the side that offers it. Dropping this gives the handle back.
pub trait Pull: Send {
    /// Replaces what is in `chunk` by the next chunk.
    ///
    /// # Errors
    /// When there is no next chunk, as after a panic or when the other side is gone.
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError>;

    /// How far each item is decoded. A plugin trusts its host.
    fn bounds(&self) -> Bounds {
        Bounds::NONE
    }
}

/// What a chunk begins with.
mod state {
    /// Items, and more after them.
    pub(super) const MORE: u8 = 0;
    /// The last items.
    pub(super) const END: u8 = 1;
    /// No items, but why the stream broke off, in UTF-8.
    pub(super) const BROKEN: u8 = 2;
}

/// How many bytes stand before the items.
const HEADER_LEN: usize = 5;

/// What a chunk has, beside its items' types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// How many items there are.
    pub count: u32,
    /// The items, one after the other.
    pub items: &'a [u8],
    /// Whether more chunks follow.
    pub more: bool,
}

impl<'a> Chunk<'a> {
    /// Takes a chunk apart.
    ///
    /// # Errors
    /// Why the stream broke off, or what is wrong with the chunk.
    pub fn read(bytes: &'a [u8]) -> Result<Self, StreamError> {
        let Some((&[state, ref count @ ..], items)) = bytes.split_first_chunk::<HEADER_LEN>() else {
            return Err(StreamError::new(DecodeError::Truncated));
        };
        match (state, u32::from_le_bytes(*count)) {
            (state::MORE, count @ 1..) => Ok(Self { count, items, more: true }),
            (state::END, 0) if !items.is_empty() => Err(StreamError::new(DecodeError::Trailing(items.len()))),
            (state::END, count) => Ok(Self { count, items, more: false }),
            (state::BROKEN, 0) => Err(StreamError::new(String::from_utf8_lossy(items))),
            _ => Err(StreamError::new("the chunk is none")),
        }
    }

    /// Replaces what is in `bytes` by this chunk.
    pub fn write(self, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.push(if self.more { state::MORE } else { state::END });
        bytes.extend(self.count.to_le_bytes());
        bytes.extend_from_slice(self.items);
    }
}

/// Replaces the items of a chunk. `replace` sees how many there are, and their bytes. What has no items stays as it is.
///
/// # Errors
/// The errors of `replace`.
pub fn replace_items<E>(chunk: &mut Vec<u8>, replace: impl FnOnce(u32, &[u8]) -> Result<Vec<u8>, E>) -> Result<(), E> {
    let Some((&[state, ref count @ ..], items)) = chunk.split_first_chunk::<HEADER_LEN>() else { return Ok(()) };
    let count = u32::from_le_bytes(*count);
    if state != state::BROKEN && count > 0 {
        let items = replace(count, items)?;
        chunk.truncate(HEADER_LEN);
        chunk.extend_from_slice(&items);
    }
    Ok(())
}

/// Makes it the chunk of a stream that breaks off.
pub fn break_off(chunk: &mut Vec<u8>, error: &StreamError) {
    chunk.clear();
    chunk.extend([state::BROKEN, 0, 0, 0, 0]);
    chunk.extend_from_slice(error.message.as_bytes());
}
