//! The rows: what was measured, what the model says, and how far apart they are.

use anyhow::{Context as _, Result};
use serde::Serialize;
use std::path::Path;

/// How far apart the two may be, as the larger through the smaller. A count that the code determines may differ by a twentieth.
pub(crate) const EXACT: f64 = 1.0 / 0.95;
pub(crate) const NEAR: f64 = 2.0;

/// All rows.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

/// A row as `cargo xtask bench` collects it. `ours` is what was measured, `baseline` what the model says. The ratio is the
/// larger through the smaller.
#[derive(Serialize)]
struct Row {
    name: String,
    unit: &'static str,
    ours: f64,
    baseline: Option<f64>,
    ratio: Option<f64>,
    goal: Option<f64>,
}

impl Table {
    /// Adds a row. Without a goal, the model only says about how much it is.
    pub(crate) fn row(&mut self, name: String, unit: &'static str, measured: f64, model: f64, goal: Option<f64>) {
        let quotient = measured / model;
        println!("{name:56}  {:>12}  {:>12}  {quotient:>6.2}  {unit}", number(measured), number(model));
        let ratio = Some(quotient.max(1.0 / quotient));
        self.0.push(Row { name, unit, ours: measured, baseline: Some(model), ratio, goal });
    }

    pub(crate) fn head() {
        println!("{:56}  {:>12}  {:>12}  {:>6}", "", "measured", "model", "ratio");
    }

    /// Writes the rows into the folder in `PLUGIX_BENCH_DIR`, if it is set, and says which goals were missed.
    pub(crate) fn finish(self) -> Result<()> {
        let missed = |row: &&Row| row.goal.zip(row.ratio).is_some_and(|(goal, ratio)| ratio > goal);
        for row in self.0.iter().filter(missed) {
            println!("missed: {}", row.name);
        }
        let Some(folder) = std::env::var_os("PLUGIX_BENCH_DIR") else { return Ok(()) };
        let path = Path::new(&folder).join("fleet_scale.json");
        let json = serde_json::to_string_pretty(&self.0)?;
        std::fs::write(&path, json).with_context(|| format!("can't write {}", path.display()))
    }
}

/// A number for people: with three digits at least, and commas.
pub(crate) fn number(value: f64) -> String {
    if value.abs() < 100.0 && value.fract() != 0.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
