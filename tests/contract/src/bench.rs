//! What the benches call.

use plugix_abi::{Pod, PodVec, Schema, Zeroable, interface};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::OnceLock;

/// A struct of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Schema)]
#[bytemuck(crate = "plugix_abi::bytemuck")]
#[repr(C)]
pub struct Point {
    /// East.
    pub x: f32,
    /// North.
    pub y: f32,
    /// Up.
    pub z: f32,
    /// Scale.
    pub w: f32,
}

/// A word that says when it is decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Schema)]
pub struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        if let Some(decoded) = DECODED.get() {
            decoded();
        }
        Ok(Self(word))
    }
}

/// Called for each [`Word`] that is decoded in this process, if it is set.
pub static DECODED: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// Calls that do as little as possible. So the bench measures the way there and back.
#[interface(version = "1.0")]
pub trait Bench {
    /// Nothing.
    fn nothing(&self);

    /// The sum.
    fn add(&self, a: u32, b: u32) -> u32;

    /// The same bytes.
    fn echo(&self, bytes: &[u8]) -> Vec<u8>;

    /// Elements that the plugin has, copied.
    fn points(&self, count: u32) -> PodVec<Point>;

    /// Makes the same elements as `points`, and returns how many.
    fn make_points(&self, count: u32) -> u32;

    /// Calls [`Adder`](super::host::Adder) `count` times and returns the last sum.
    fn call_host(&self, count: u32) -> u32;

    /// As many words.
    fn words(&self, count: u32) -> Vec<Word>;

    /// Gives as many words to the host, again and again.
    fn give_words(&self, count: u32);
}
