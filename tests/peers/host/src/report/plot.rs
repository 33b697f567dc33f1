//! Bars on a logarithmic scale, as SVG. Each group of rows is one picture for light pages and one for dark pages.

mod bars;
mod theme;

use crate::run::Row;
use crate::workload::Workload::{self, *};
use anyhow::Result;
use theme::THEMES;

/// A picture: its file's name, its title, and its rows.
const PICTURES: [(&str, &str, &[Workload]); 4] = [
    ("calls", "What a call costs", &[Empty, Add, Echo64, Change, HostCall]),
    ("data", "Data there and back", &[Echo4K, Echo1M, Sum, Points, Strings, Nested]),
    ("work", "Computing, and threads", &[Compute, Threads2, Spawn, Parallel1, Parallel2, Parallel4]),
    ("lives", "Starting, stopping, idling", &[Instantiate, LoadCold, LoadWarm, Stop, Memory]),
];

/// The files' names and contents.
pub(super) fn all(rows: &[Row]) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for (name, title, workloads) in PICTURES {
        let chosen: Vec<_> = rows.iter().filter(|row| workloads.contains(&row.workload)).collect();
        for theme in &THEMES {
            files.push((format!("{name}-{}.svg", theme.name), bars::draw(title, &chosen, theme)?));
        }
    }
    Ok(files)
}
