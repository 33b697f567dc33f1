//! Streams between a plugin and the functions of its host.

use plugix_abi::{Stream, StreamError, interface};

/// What the host provides.
#[interface(version = "1.0")]
pub trait Pipes {
    /// Numbers from 0 on.
    fn numbers(&self, count: u64) -> Result<Stream<u64>, String>;

    /// The sum of all.
    fn sum(&self, numbers: Stream<u64>) -> Result<u64, StreamError>;

    /// The first ones.
    fn first(&self, numbers: Stream<u64>, count: u32) -> Vec<u64>;

    /// Each one twice, as it comes.
    fn doubled(&self, numbers: Stream<u64>) -> Stream<u64>;

    /// The chunks, from the last byte to the first.
    fn reversed(&self, chunks: Stream<Vec<u8>>) -> Stream<Vec<u8>>;

    /// Keeps a stream for later.
    fn keep(&self, numbers: Stream<u64>);

    /// The next number of the stream that was kept, or why there is none.
    fn next_kept(&self) -> Result<Option<u64>, StreamError>;
}

/// What the plugin does with them.
#[interface(version = "1.0")]
pub trait Piping {
    /// The sum of the host's numbers.
    fn take(&self, count: u64) -> Result<u64, String>;

    /// What the host makes of the sum of the plugin's numbers, of which the one at `broken` is an error.
    fn give(&self, count: u64, broken: Option<u64>) -> Result<u64, String>;

    /// What the host takes of numbers without an end, and how many streams of the plugin's have ended till then.
    fn give_endless(&self, count: u32) -> (Vec<u64>, u64);

    /// The sum of the plugin's numbers, doubled by the host as they come, on a thread for each.
    fn give_and_take(&self, count: u64, threads: u32) -> Result<Vec<u64>, String>;

    /// Gives numbers that each come from the host by another stream, so many below each other.
    fn nest(&self, depth: u32) -> Result<u64, String>;

    /// Gives a stream that panics, traps or exits when it is asked.
    fn give_bad(&self, how: &str) -> Result<u64, String>;

    /// Chunks there and back.
    fn turn(&self, chunks: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, String>;

    /// Gives the host a stream that it keeps.
    fn lend(&self, count: u64) -> Result<(), String>;

    /// Asks the host for a number of what it keeps.
    fn ask_kept(&self) -> Result<Option<u64>, String>;

    /// How many streams of endless numbers were dropped.
    fn dropped(&self) -> u64;
}
