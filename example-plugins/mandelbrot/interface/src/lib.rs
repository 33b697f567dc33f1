//! What a plugin that renders the Mandelbrot set offers.

use bytemuck::{Pod, Zeroable};
use plugix_abi::{PodVec, Schema, interface};
use serde::{Deserialize, Serialize};

/// Renders the Mandelbrot set.
#[interface(version = "1.0")]
pub trait Mandelbrot {
    /// Renders a view on `threads` threads, at least one. The pixels come row by row from the top.
    fn render(&self, view: &View, threads: u32) -> Result<PodVec<Rgba>, RenderError>;
}

/// The part of the complex plane that is shown, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct View {
    /// The real part of the centre.
    pub re: f64,
    /// The imaginary part of the centre.
    pub im: f64,
    /// How wide the part is.
    pub span: f64,
    /// Pixels in a row.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Steps after which a point counts as one of the set.
    pub steps: u32,
}

/// A pixel. It is plain memory: the host copies a whole picture out of the plugin at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Schema)]
#[repr(C)]
pub struct Rgba {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity.
    pub a: u8,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum RenderError {
    /// More pixels than a picture may have.
    #[error("{pixels} pixels are more than {limit}")]
    TooLarge {
        /// How many were asked for.
        pixels: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The system refuses a thread.
    #[error("can't start {threads} threads: {problem}")]
    NoThreads {
        /// How many were asked for.
        threads: u32,
        /// What the system says.
        problem: String,
    },
}
