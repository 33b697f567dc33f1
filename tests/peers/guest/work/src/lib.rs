//! The work that every guest does. It is one source, compiled for each system.

mod compute;
mod lists;
mod threads;

pub use compute::compute;
pub use lists::{reversed, strings, vectors};
pub use threads::{compute_on, spawn_and_join};

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use std::hint::black_box;

/// A struct of ten fields, as real structs have them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(plugix_abi::Schema))]
pub struct Record {
    /// Which one it is.
    pub id: u64,
    /// Of which kind.
    pub kind: u32,
    /// East.
    pub x: f64,
    /// North.
    pub y: f64,
    /// Up or down.
    pub level: i32,
    /// Whether it is seen.
    pub visible: bool,
    /// What it is called.
    pub name: String,
    /// What is known of it.
    pub note: String,
    /// Whose it is.
    pub owner: Option<u64>,
    /// What was measured.
    pub samples: Vec<u32>,
}

impl Record {
    /// One as it comes.
    pub fn example() -> Self {
        Self {
            id: 7,
            kind: 3,
            x: 1.5,
            y: -2.5,
            level: -1,
            visible: true,
            name: "buoy".into(),
            note: "seen from the harbour wall".into(),
            owner: Some(42),
            samples: vec![1, 10, 100, 1000],
        }
    }

    /// Changes what can be changed in place, and returns it.
    #[must_use]
    pub fn changed(mut self) -> Self {
        self.id += 1;
        self.x += 0.5;
        self.level = -self.level;
        self.visible = !self.visible;
        self.samples.reverse();
        self
    }
}

/// A struct of 16 bytes, of which slices are made.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[cfg_attr(feature = "schema", derive(plugix_abi::Schema))]
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

/// The sum of two integers.
pub fn add(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}

/// The same bytes.
pub fn echo(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

/// Reads every point once.
pub fn sum(points: &[Point]) -> f64 {
    // There are four sums, so that an addition needn't wait for the one before.
    let mut sums = [0.0_f32; 4];
    for point in points {
        sums[0] += point.x;
        sums[1] += point.y;
        sums[2] += point.z;
        sums[3] += point.w;
    }
    sums.iter().copied().map(f64::from).sum()
}

/// Makes this many points.
pub fn points(count: u32) -> Vec<Point> {
    vec![Point { x: 1.0, y: 2.0, z: 3.0, w: 4.0 }; black_box(count as usize)]
}

/// Calls the host's function `count` times. Each call takes what the last one returned.
pub fn call_host(count: u32, host_add: impl Fn(u32, u32) -> u32) -> u32 {
    (0..count).fold(0, host_add)
}

/// Never returns.
pub fn endless() -> u64 {
    let mut count = 0_u64;
    while black_box(true) {
        count = black_box(count.wrapping_add(1));
    }
    count
}
