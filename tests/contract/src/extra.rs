//! A second interface of the plugin that implements [`Typed`](crate::typed::Typed).

use plugix_abi::{Stream, interface};

/// Streams that end otherwise than well, and long work.
#[interface(version = "1.0")]
pub trait Extra {
    /// Another interface has a method of this name, too. This one answers differently: with the number of characters.
    fn text(&self, text: &str) -> u32;

    /// The numbers below `count`, and then an error.
    fn broken(&self, count: u64) -> Stream<u64>;

    /// The numbers below `count`, and then a panic.
    fn panicking(&self, count: u64) -> Stream<u64>;

    /// A stream that goes on in another.
    fn doubled(&self, numbers: Stream<u64>) -> Stream<u64>;

    /// The first item of a stream that is not pulled further.
    fn first(&self, numbers: Stream<u64>) -> Option<u64>;

    /// How many bytes a stream has altogether.
    fn measure(&self, chunks: Stream<Vec<u8>>) -> u64;

    /// How many streams of [`Extra::endless`] were dropped.
    fn dropped(&self) -> u32;

    /// A stream without end that tells when it is dropped.
    fn endless(&self) -> Stream<u64>;

    /// Works until somebody cancels it, and says how far it is. Returns how often it asked.
    fn work(&self) -> u64;

    /// Logs a record of each level.
    fn log_all(&self);

    /// Calls a method of the host's while a stream is pulled. The method calls back.
    fn call_back(&self) -> String;
}
