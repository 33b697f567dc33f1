//! How points of the plane escape, or don't.

use std::ops::{Add, Mul};

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

/// How a point outside of the set leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Escape {
    /// After how many steps; the fraction makes it smooth.
    pub(crate) steps: f64,
    /// The direction in which the set rises most steeply from here, as if it were a mountain. Its length is one.
    pub(crate) slope: Point,
}

/// A point that is far away. There the colours of neighbouring steps meet without a seam.
const FAR: f64 = 1e3;

/// Follows `z² + c`. `None` if the point stays for all the steps.
pub(crate) fn escape(c: Point, steps: u32) -> Option<Escape> {
    if is_in_largest_parts(c) {
        return None;
    }
    let one = Point { re: 1.0, im: 0.0 };
    let two = Point { re: 2.0, im: 0.0 };
    let mut z = c;
    let mut derivative = one;
    for step in 0..steps {
        if z.norm() > FAR * FAR {
            let fraction = (z.norm().ln() / (2.0 * FAR.ln())).log2();
            return Some(Escape { steps: f64::from(step) + 1.0 - fraction, slope: z.direction_over(derivative) });
        }
        derivative = two * z * derivative + one;
        z = z * z + c;
    }
    None
}

/// Most points of the set lie in the heart and in the circle left of it. Both have known formulas.
fn is_in_largest_parts(c: Point) -> bool {
    let x = c.re - 0.25;
    let q = x * x + c.im * c.im;
    let circle = Point { re: c.re + 1.0, im: c.im };
    q * (q + x) <= 0.25 * c.im * c.im || circle.norm() <= 0.0625
}

impl Point {
    /// The length's square.
    fn norm(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// `self / other` with a length of one.
    fn direction_over(self, other: Self) -> Self {
        let quotient = self * Self { re: other.re, im: -other.im };
        let scale = quotient.norm().sqrt().recip();
        Self { re: quotient.re * scale, im: quotient.im * scale }
    }
}

impl Add for Point {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Mul for Point {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_holds_what_it_should() {
        let escapes = |re, im| escape(Point { re, im }, 1000).is_some();
        assert!(!escapes(0.0, 0.0) && !escapes(-1.0, 0.0) && !escapes(-2.0, 0.0) && !escapes(0.0, 1.0));
        assert!(escapes(0.3, 0.0) && escapes(-2.01, 0.0) && escapes(-0.75, 0.1));
    }

    #[test]
    fn steps_are_smooth() {
        let steps = |re| escape(Point { re, im: 0.0 }, 1000).unwrap().steps;
        let neighbours = (0..1000).map(|i| 0.3 + f64::from(i) * 1e-3);
        assert!(neighbours.into_iter().all(|re| (steps(re) - steps(re + 1e-3)).abs() < 0.5));
    }
}
