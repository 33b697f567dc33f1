//! What many rounds come to.

use serde::Serialize;

/// The median, and how far the middle half of the rounds spreads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    /// A quarter of the rounds took less.
    pub(crate) low: f64,
    /// A quarter of the rounds took more.
    pub(crate) high: f64,
    /// The one in a hundred; with fewer rounds, the worst.
    pub(crate) worst: f64,
    pub(crate) rounds: usize,
}

impl Spread {
    /// The spread of at least one value.
    pub(crate) fn from_values(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
        Self { median: at(0.5), low: at(0.25), high: at(0.75), worst: at(0.99), rounds: values.len() }
    }

    /// Half of the distance between the quartiles, relative to the median.
    pub(crate) fn relative(&self) -> f64 {
        if self.median > 0.0 { (self.high - self.low) / 2.0 / self.median } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_the_middle_half() {
        let spread = Spread::from_values(vec![5.0, 1.0, 2.0, 100.0, 3.0]);
        assert_eq!((spread.median, spread.low, spread.high, spread.worst), (3.0, 2.0, 5.0, 100.0));
        assert_eq!(spread.relative(), 0.5);
        assert_eq!(Spread::from_values(vec![0.0]).relative(), 0.0);
    }
}
