//! What the rounds of several runs come to.

use serde::Serialize;

/// The median of the runs' medians, and how far the middle half of all rounds spreads.
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
    /// The spread of the rounds of each run. `None` if there are no rounds.
    pub(crate) fn from_runs(runs: &[&[f64]]) -> Option<Self> {
        let medians = runs.iter().filter_map(|run| at(&sorted(run), 0.5)).collect::<Vec<_>>();
        let all = sorted(&runs.concat());
        Some(Self {
            median: at(&sorted(&medians), 0.5)?,
            low: at(&all, 0.25)?,
            high: at(&all, 0.75)?,
            worst: at(&all, 0.99)?,
            rounds: all.len(),
        })
    }

    /// Half of the distance between the quartiles, relative to the median.
    pub(crate) fn relative(&self) -> f64 {
        if self.median > 0.0 { (self.high - self.low) / 2.0 / self.median } else { 0.0 }
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The value that has this part of the sorted ones below it.
fn at(sorted: &[f64], part: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * part).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_the_middle_half() {
        let spread = Spread::from_runs(&[&[5.0, 1.0, 2.0, 100.0, 3.0]]).expect("rounds");
        assert_eq!((spread.median, spread.low, spread.high, spread.worst), (3.0, 2.0, 5.0, 100.0));
        assert_eq!(spread.relative(), 0.5);
        assert_eq!(Spread::from_runs(&[&[0.0]]).expect("a round").relative(), 0.0);
        assert_eq!(Spread::from_runs(&[]), None);
    }

    #[test]
    fn the_median_of_the_runs_counts() {
        let spread = Spread::from_runs(&[&[1.0, 2.0, 3.0], &[7.0, 8.0, 9.0], &[2.0, 4.0, 4.0]]).expect("rounds");
        assert_eq!((spread.median, spread.low, spread.high, spread.rounds), (4.0, 2.0, 7.0, 9));
    }
}
