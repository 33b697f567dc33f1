//! Every kind of argument and result, there and back.

use crate::bench::Point;
use plugix_abi::{PodSlice, PodVec, Schema, Stream, interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of each kind of variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub enum Shape {
    /// Without data.
    Empty,
    /// With one value.
    One(i64),
    /// With several.
    Two(String, f32),
    /// With names.
    Named {
        /// A list.
        points: Vec<(i16, i16)>,
        /// Perhaps a name.
        label: Option<String>,
    },
}

/// A struct of everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Everything {
    /// Truth.
    pub flag: bool,
    /// Small numbers.
    pub small: (u8, i8, u16, i16),
    /// Large numbers.
    pub large: (u32, i32, u64, i64, u128, i128),
    /// Fractions, by their bits: NaN is not equal to itself.
    pub fractions: [u64; 2],
    /// A character.
    pub letter: char,
    /// Text.
    pub text: String,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// Perhaps a value.
    pub maybe: Option<u32>,
    /// Enums.
    pub shapes: Vec<Shape>,
    /// A map.
    pub map: BTreeMap<String, Vec<u32>>,
}

/// Why [`Typed::divide`] fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub enum DivideError {
    /// By zero.
    ByZero,
    /// The result has no place.
    Overflow {
        /// The dividend.
        dividend: i64,
    },
}

/// Every kind of argument and result.
#[interface(version = "2.3")]
pub trait Typed {
    /// Returns what it is given.
    fn everything(&self, value: Everything) -> Everything;

    /// Text, borrowed.
    fn text(&self, text: &str) -> String;

    /// Bytes, borrowed.
    fn bytes(&self, bytes: &[u8]) -> Vec<u8>;

    /// A fraction, by the bits.
    fn fraction(&self, bits: f64) -> f64;

    /// Elements in memory.
    fn points(&self, points: PodSlice<'_, Point>) -> PodVec<Point>;

    /// An error of its own.
    fn divide(&self, dividend: i64, divisor: i64) -> Result<i64, DivideError>;

    /// Panics.
    fn panic(&self, message: &str);

    /// Panics and catches that many times. Returns how many it caught.
    fn catch(&self, times: u32) -> u32;

    /// Panics while it holds a lock. Later it reports whether that lock is poisoned.
    fn poison(&self, panic: bool) -> bool;

    /// Uses the host's [`Store`](crate::host::Store) from several threads at once. Returns the keys that it put.
    fn fill_store(&self, threads: u32) -> Vec<String>;

    /// What the host's store says of a key, in words.
    fn look_up(&self, key: &str) -> String;

    /// What comes of a host function that panics, of one that calls back, and of one that is missing.
    fn bad_host(&self) -> Vec<String>;

    /// Logs a record from a thread of that name, reports progress, and returns whether the host cancelled it.
    fn services(&self, thread: &str) -> bool;

    /// The numbers below `count`, lazily.
    fn count_to(&self, count: u64) -> Stream<u64>;

    /// The sum of a stream.
    fn sum(&self, numbers: Stream<u64>) -> Result<u64, String>;

    /// Large chunks, lazily.
    fn chunks(&self, count: u32, len: u32) -> Stream<Vec<u8>>;
}
