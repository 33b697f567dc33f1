//! What was measured, for people and for programs.

use crate::rows::Row;
use crate::systems::System;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::path::Path;

/// Prints the table, and writes the results.
pub(crate) fn show(rows: &[Row], results: &Path) -> Result<()> {
    let titles = rows.iter().filter_map(|row| row.kind.title);
    let width = titles.map(|title| title.chars().count()).max().unwrap_or(0);
    let names = System::ALL.map(|system| format!("{:>22}", system.name())).concat();
    println!("{:width$}{names}", "");
    for row in rows {
        let native = row.times[0];
        let cells = row.times.map(|time| format!("{:>22}", cell(time, native))).concat();
        println!("{:width$}{cells}", row.kind.title.unwrap_or_default());
    }
    let all: Vec<Value> = rows.iter().map(|row| json!({ "name": row.kind.title, "nanoseconds": row.times })).collect();
    std::fs::write(results, serde_json::to_string_pretty(&all)?)
        .with_context(|| format!("can't write {}", results.display()))?;
    eprintln!("written to {}", results.display());
    Ok(())
}

/// Microseconds, and how many times the native ones they are.
fn cell(time: Option<f64>, native: Option<f64>) -> String {
    let Some(time) = time else { return "-".to_owned() };
    let ratio = native.map_or(String::new(), |native| format!(" {:7.2} ×", time / native));
    format!("{:.2} µs{ratio}", time / 1000.0)
}
