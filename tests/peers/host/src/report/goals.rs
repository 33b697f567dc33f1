//! The goals that the project has set itself, and the outcome.

use super::Report;
use super::number::{times, with_unit};
use crate::systems::Name::{self, *};
use crate::workload::Workload::{self, *};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;

/// A row of `cargo xtask bench`. The goal is for the ratio, or for `ours` where there is no ratio.
#[derive(Debug, Deserialize)]
pub(super) struct Own {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) ours: f64,
    pub(super) baseline: Option<f64>,
    pub(super) ratio: Option<f64>,
    pub(super) goal: f64,
}

impl Own {
    pub(super) fn is_met(&self) -> bool {
        self.ratio.unwrap_or(self.ours) <= self.goal
    }
}

/// Reads the rows, if there are any, and their age.
pub(super) fn read(path: &Path) -> Result<(Vec<Own>, Duration)> {
    if !path.exists() {
        return Ok((Vec::new(), Duration::ZERO));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let mut rows: Vec<serde_json::Value> =
        serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
    // Rows without a goal of their own lead to one that has a goal.
    rows.retain(|row| !row["goal"].is_null());
    let rows = serde_json::from_value(rows.into()).with_context(|| format!("{}", path.display()))?;
    Ok((rows, path.metadata()?.modified()?.elapsed().unwrap_or_default()))
}

/// What is wanted of our value.
enum Wanted {
    /// At most this many times another system's.
    AtMostTimes(f64, Name),
    /// This many times faster than another system's.
    FasterThan(f64, Name),
    /// This many times faster than another of our own.
    FasterThanOwn(f64, Workload),
    /// At most this many seconds or bytes.
    AtMost(f64),
}

const GOALS: [(Workload, Wanted); 16] = [
    (Empty, Wanted::AtMostTimes(1.15, Wasmer)),
    (Empty, Wanted::FasterThan(50.0, Extism)),
    (Echo64, Wanted::FasterThan(12.0, Extism)),
    (Echo1M, Wanted::FasterThan(15.0, Extism)),
    (Change, Wanted::AtMostTimes(1.0, Component)),
    (Points, Wanted::AtMostTimes(1.0, Wasmer)),
    (Strings, Wanted::AtMostTimes(1.0, Component)),
    (Nested, Wanted::AtMostTimes(1.0, Component)),
    (HostCall, Wanted::AtMostTimes(1.25, Wasmer)),
    (Compute, Wanted::AtMostTimes(1.35, Native)),
    (Threads2, Wanted::FasterThanOwn(1.9, Compute)),
    (Spawn, Wanted::AtMostTimes(0.25, Wasix)),
    (Shared2, Wanted::FasterThanOwn(1.8, Parallel1)),
    (LoadWarm, Wanted::AtMost(5e-3)),
    (Stop, Wanted::AtMost(20e-3)),
    (Memory, Wanted::AtMost(200e3)),
];

/// A goal with what came out.
pub(super) struct Outcome {
    pub(super) what: &'static str,
    pub(super) wanted: String,
    pub(super) measured: String,
    pub(super) is_met: bool,
}

/// The goals whose rows have the values that they need.
pub(super) fn outcomes(report: &Report) -> Vec<Outcome> {
    let median = |workload, name| report.value(workload, name).map(|spread| spread.median);
    let outcome = |(workload, wanted): &(Workload, Wanted)| {
        let ours = median(*workload, Plugix)?;
        let (wanted, measured, is_met) = match *wanted {
            Wanted::AtMostTimes(most, other) => {
                let ratio = ours / median(*workload, other)?;
                (format!("≤ {most} × {}", other.title()), times(ratio), ratio <= most)
            }
            Wanted::FasterThan(least, other) => {
                let ratio = median(*workload, other)? / ours;
                (format!("≥ {least} × faster than {}", other.title()), times(ratio), ratio >= least)
            }
            Wanted::FasterThanOwn(least, other) => {
                let ratio = median(other, Plugix)? / ours;
                (format!("≥ {least} × faster than one"), times(ratio), ratio >= least)
            }
            Wanted::AtMost(most) => {
                let is_bytes = workload.is_bytes();
                (format!("≤ {}", with_unit(most, is_bytes)), with_unit(ours, is_bytes), ours <= most)
            }
        };
        Some(Outcome { what: workload.title(), wanted, measured, is_met })
    };
    GOALS.iter().filter_map(outcome).collect()
}
