//! From how a point escapes to a colour.

use crate::fractal::Escape;
use mandelbrot_interface::Rgba;
use std::ops::{AddAssign, Mul};

/// Red, green and blue as amounts of light, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Colour([f32; 3]);

/// One wave for each of red, green and blue. A phase says where its wave begins, in turns.
const PHASES: [f32; 3] = [0.52, 0.62, 0.72];

/// The light comes from the upper left, and from this far above.
const LIGHT: [f64; 2] = [-std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2];
const LIGHT_HEIGHT: f64 = 1.4;

impl Colour {
    pub(crate) const BLACK: Self = Self([0.0; 3]);

    /// The colour of a point outside of the set.
    pub(crate) fn from_escape(escape: &Escape) -> Self {
        // Steps come ever quicker near the set; the logarithm evens that out.
        let turns = escape.steps.max(1.0).ln() as f32 * 0.9;
        let wave = |phase: f32| 0.5 + 0.5 * (std::f32::consts::TAU * (turns + phase)).cos();
        let towards_light = escape.slope.re * LIGHT[0] + escape.slope.im * LIGHT[1];
        let light = ((towards_light + LIGHT_HEIGHT) / (1.0 + LIGHT_HEIGHT)).max(0.0) as f32;
        Self(PHASES.map(wave)) * light
    }
}

impl AddAssign for Colour {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }
}

impl Mul<f32> for Colour {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self(self.0.map(|channel| channel * factor))
    }
}

impl From<Colour> for Rgba {
    fn from(colour: Colour) -> Self {
        // Screens show small numbers darker than they are.
        let [r, g, b] = colour.0.map(|channel| (channel.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0).round() as u8);
        Self { r, g, b, a: u8::MAX }
    }
}
