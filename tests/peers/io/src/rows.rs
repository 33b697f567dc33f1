//! Each kind of work in each system, in processes that take turns.

use crate::systems::System;
use anyhow::{Context as _, Result};
use plugix_e2e_programs::work::{KINDS, Kind};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use wait_timeout::ChildExt as _;

/// Processes for each system and kind of work.
const TURNS: u32 = 3;

/// Times that each of them takes.
const ROUNDS: u32 = 5;

/// The longest that one process may take. What takes longer hangs: it is shown as what the system can't do.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was measured of one kind of work.
pub(crate) struct Row {
    pub(crate) kind: &'static Kind,
    /// Nanoseconds of one, for each system; none if it can't do the work.
    pub(crate) times: [Option<f64>; System::ALL.len()],
}

pub(crate) fn measure(module: &Path) -> Result<Vec<Row>> {
    KINDS.iter().filter(|kind| kind.title.is_some()).map(|kind| row(kind, module)).collect()
}

fn row(kind: &'static Kind, module: &Path) -> Result<Row> {
    eprintln!("measuring: {}", kind.name);
    let mut all = System::ALL.map(|_| Some(Vec::new()));
    for _ in 0..TURNS {
        for (system, times) in System::ALL.into_iter().zip(&mut all) {
            // What failed once isn't tried again.
            if let Some(so_far) = times {
                match turn(system, kind, module)? {
                    Some(more) => so_far.extend(more),
                    None => *times = None,
                }
            }
        }
    }
    Ok(Row { kind, times: all.map(|times| times.and_then(median)) })
}

/// The times of one process; none if it failed.
fn turn(system: System, kind: &Kind, module: &Path) -> Result<Option<Vec<f64>>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("measure").arg(system.name()).arg(module).arg(kind.name);
    command.args([kind.count.to_string(), ROUNDS.to_string()]).stdin(Stdio::null());
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("can't start")?;
    let Some(status) = process.wait_timeout(PATIENCE)? else {
        process.kill()?;
        process.wait()?;
        eprintln!("  {} hangs", system.name());
        return Ok(None);
    };
    let (mut told, mut failed) = (String::new(), String::new());
    process.stdout.take().context("no output")?.read_to_string(&mut told)?;
    process.stderr.take().context("no output")?.read_to_string(&mut failed)?;
    if !status.success() {
        eprintln!("  {} fails: {}", system.name(), failed.lines().last().unwrap_or("without a word"));
        return Ok(None);
    }
    let one = |line: &str| Ok(line.parse::<f64>()? / f64::from(kind.count));
    told.lines().map(one).collect::<Result<_>>().map(Some)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
