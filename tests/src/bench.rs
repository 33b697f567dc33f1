//! Measures two things in turn and writes down how they compare.

use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

/// Rounds in which the two are measured in turn; the median counts. The rounds are many and short. On a busy machine,
/// only a few of them meet another process.
const ROUNDS: u32 = 501;

/// The part of a name that the command line chooses, if it does. Options, as cargo adds one, don't count.
pub fn chosen() -> Option<String> {
    std::env::args().skip(1).find(|argument| !argument.starts_with('-'))
}

/// Seconds that each of two things took, once.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What is measured.
    pub ours: f64,
    /// What it is compared with.
    pub baseline: f64,
}

impl Pair {
    /// The same for a part of what was done.
    #[must_use]
    pub fn per(self, parts: u32) -> Self {
        Self { ours: self.ours / f64::from(parts), baseline: self.baseline / f64::from(parts) }
    }

    /// The same without what both have in common.
    #[must_use]
    pub fn less(self, seconds: f64) -> Self {
        Self { ours: self.ours - seconds, baseline: self.baseline - seconds }
    }
}

/// Measures both in turn, `count` times a round. Returns the medians.
pub fn compare<A, B>(count: u32, ours: impl FnMut() -> A, baseline: impl FnMut() -> B) -> Pair {
    compare_long(ROUNDS, count, ours, baseline)
}

/// The same in another number of rounds, for things that take milliseconds each.
pub fn compare_long<A, B>(
    rounds: u32,
    count: u32,
    mut ours: impl FnMut() -> A,
    mut baseline: impl FnMut() -> B,
) -> Pair {
    let mut all_ours = Vec::new();
    let mut all_baseline = Vec::new();
    // The first round warms both up.
    for round in 0..=rounds {
        let pair = Pair { ours: once(count, &mut ours), baseline: once(count, &mut baseline) };
        if round > 0 {
            all_ours.push(pair.ours);
            all_baseline.push(pair.baseline);
        }
    }
    Pair { ours: median(all_ours), baseline: median(all_baseline) }
}

/// The median of the seconds that something takes.
pub fn seconds<A>(count: u32, run: impl FnMut() -> A) -> f64 {
    compare(count, run, || ()).ours
}

fn once<A>(count: u32, run: &mut impl FnMut() -> A) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        run();
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}

/// The value in the middle.
///
/// # Panics
/// If there is none.
pub fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// A part of the values lies below this one: half of them for 0.5, and all but the slowest in a hundred for 0.99.
///
/// # Panics
/// If there is none.
pub fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}

/// What a row's numbers count.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Unit {
    /// Billionths of a second.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Millionths of a second.
    #[serde(rename = "µs")]
    Microseconds,
    /// Thousandths of a second.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Sizes, of 1024 bytes.
    #[serde(rename = "KiB")]
    Kibibytes,
    /// Not a time: things that are counted.
    #[serde(rename = "")]
    Things,
    /// Not a time: how two compare.
    #[serde(rename = "×")]
    Ratio,
}

impl Unit {
    /// How many of this unit a number of seconds is; sizes are in KiB already.
    fn count(self, seconds: f64) -> f64 {
        seconds
            * match self {
                Self::Nanoseconds => 1e9,
                Self::Microseconds => 1e6,
                Self::Milliseconds => 1e3,
                Self::Kibibytes | Self::Things | Self::Ratio => 1.0,
            }
    }
}

/// The rows of one bench.
#[derive(Debug)]
pub struct Report {
    bench: &'static str,
    rows: Vec<Row>,
}

/// A row of the table. The goal is for the ratio, or for `ours` where there is no ratio: at most this.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    unit: Unit,
    ours: f64,
    baseline: Option<f64>,
    ratio: Option<f64>,
    goal: Option<f64>,
}

impl Report {
    /// Begins a report.
    pub fn new(bench: &'static str) -> Self {
        Self { bench, rows: Vec::new() }
    }

    /// Adds a comparison. The goal is the most that the ratio may be.
    pub fn ratio(&mut self, name: &str, unit: Unit, pair: Pair, goal: f64) {
        self.compared(name, unit, pair, Some(goal));
    }

    /// Adds a comparison that has no goal of its own.
    pub fn comparison(&mut self, name: &str, unit: Unit, pair: Pair) {
        self.compared(name, unit, pair, None);
    }

    fn compared(&mut self, name: &str, unit: Unit, pair: Pair, goal: Option<f64>) {
        let ours = unit.count(pair.ours);
        let baseline = unit.count(pair.baseline);
        let (baseline, ratio) = (Some(baseline), Some(ours / baseline));
        self.rows.push(Row { name: name.into(), unit, ours, baseline, ratio, goal });
    }

    /// Adds the geometric mean of some comparisons' ratios. The goal is the most that it may be.
    pub fn geometric_mean(&mut self, name: &str, pairs: &[Pair], goal: f64) {
        let logarithms = pairs.iter().map(|pair| (pair.ours / pair.baseline).ln());
        let mean = (logarithms.sum::<f64>() / pairs.len() as f64).exp();
        self.rows.push(Row {
            name: name.into(),
            unit: Unit::Ratio,
            ours: mean,
            baseline: None,
            ratio: None,
            goal: Some(goal),
        });
    }

    /// Adds a time without a comparison. The goal is the most that it may be.
    pub fn time(&mut self, name: &str, unit: Unit, seconds: f64, goal: f64) {
        let ours = unit.count(seconds);
        let goal = Some(goal);
        self.rows.push(Row { name: name.into(), unit, ours, baseline: None, ratio: None, goal });
    }

    /// Adds a size without a comparison. The goal is the most that it may be. Both are in KiB.
    pub fn size(&mut self, name: &str, kib: f64, goal: f64) {
        self.time(name, Unit::Kibibytes, kib, goal);
    }

    /// Adds a number of things. The goal is the most that it may be.
    pub fn count(&mut self, name: &str, things: u64, goal: u64) {
        self.time(name, Unit::Things, things as f64, goal as f64);
    }

    /// Writes the rows where `cargo xtask bench` collects them: into the folder in `PLUGIX_BENCH_DIR`, or to standard
    /// output.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn finish(self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.rows)?;
        match std::env::var_os("PLUGIX_BENCH_DIR") {
            Some(folder) => {
                let path = Path::new(&folder).join(format!("{}.json", self.bench));
                std::fs::write(&path, json).with_context(|| format!("can't write {}", path.display()))
            }
            None => {
                println!("{json}");
                Ok(())
            }
        }
    }
}
