//! The table at the end.

use crate::compare::Comparison;
use std::fmt;
use std::time::Duration;

/// A row for each plugin.
pub(crate) struct Table {
    rows: Vec<[String; 6]>,
}

/// What one plugin has done.
pub(crate) struct Row {
    pub(crate) plugin: String,
    pub(crate) what: String,
    pub(crate) result: String,
    pub(crate) one: Duration,
    pub(crate) all: Duration,
}

impl Row {
    pub(crate) fn new<T>(plugin: &str, what: String, result: String, times: &Comparison<T>) -> Self {
        Self { plugin: plugin.to_owned(), what, result, one: times.one, all: times.all }
    }
}

impl Table {
    pub(crate) fn new(threads: u32) -> Self {
        let heads = ["plugin", "what", "result", "1 thread", &format!("{threads} threads"), "speed-up"];
        Self { rows: vec![heads.map(str::to_owned)] }
    }

    pub(crate) fn add(&mut self, Row { plugin, what, result, one, all }: Row) {
        let speed_up = one.as_secs_f64() / all.as_secs_f64();
        self.rows.push([plugin, what, result, millis(one), millis(all), format!("{speed_up:.2} ×")]);
    }
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        for (number, row) in self.rows.iter().enumerate() {
            let cells = row.iter().enumerate().map(|(column, text)| match column {
                0..=2 => format!("{text:<0$}", width(column)),
                _ => format!("{text:>0$}", width(column)),
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(f, "{}", line.trim_end())?;
            if number == 0 {
                writeln!(f, "{}", "─".repeat(line.chars().count()))?;
            }
        }
        Ok(())
    }
}
