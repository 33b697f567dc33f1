//! Streams: items that stay where they are made until the other side asks for more.
//!
//! Whoever takes items pulls them in chunks, so that a slow taker slows the maker down and neither holds more than a
//! chunk. Between the two sides stands a handle, and two functions: the next chunk, and an end before the last one.
//!
//! A chunk is a state (one byte), the number of items (four bytes, the lowest first) and the items in postcard.

mod produce;
mod pulled;

pub use produce::{CHUNK_LEN, Produce};

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Items, as an argument or a result. Iterate over it; make it with [`Stream::new`].
///
/// An argument need not be used up before the method returns: it may go on in a stream that the method returns. A
/// stream ends early when the side that takes the items drops it.
pub struct Stream<T>(Box<dyn Iterator<Item = Result<T, StreamError>> + Send>);

/// What can be an item of a [`Stream`]. `Vec<u8>` is copied, anything else encoded.
pub trait Item: Serialize + DeserializeOwned + Any {}

impl<T: Serialize + DeserializeOwned + Any> Item for T {}

impl<T: Any> Stream<T> {
    /// A stream of these items, each made when it is asked for.
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

/// Gets a stream's chunks from the side that offers it. Dropping it gives the handle back.
pub trait Pull: Send {
    /// Replaces what is in `chunk` by the next chunk.
    ///
    /// # Errors
    /// When there is none to be had, as after a panic or when the other side is gone.
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError>;
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
