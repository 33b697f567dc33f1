//! `cargo xtask bench`: runs the benches and shows one table.

mod net;
mod peers;

use crate::{engine_linked, workspace};
use anyhow::{Context, Result, bail, ensure};
use peers::Effort;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask bench                   # all benches: some minutes on a machine that does nothing else\n  \
    cargo xtask bench calls             # what a call costs\n  \
    cargo xtask bench compute --llvm    # work for the processor, with code that LLVM has optimized\n  \
    cargo xtask bench net               # tokio, hyper, axum, SQLite and rustls\n  \
    cargo xtask bench io --peers        # files, sockets and hand-overs in stock wasmer-wasix, too\n  \
    cargo xtask bench --peers           # the same work in other systems; builds three engines the first time\n  \
    cargo xtask bench --peers --quick   # the same with few rounds, to see that it runs")]
pub(crate) struct Args {
    /// Run only the benches whose name contains this: calls, compile, compute, fleet, instances, io, isolated,
    /// manager, net, shared, stopping
    filter: Option<String>,
    /// Compare with other systems instead, and write `tests/peers/RESULTS.md` and the plots beside it; with `io`, only
    /// show and write to the target folder
    #[arg(long)]
    peers: bool,
    /// Measure optimized code as well; this needs LLVM (see CONTRIBUTING.md)
    #[arg(long, conflicts_with = "peers")]
    llvm: bool,
    /// With `--peers`: few rounds; the results stay in the target folder
    #[arg(long, requires = "peers")]
    quick: bool,
}

/// The bench that is no program of the main workspace.
const NET: &str = "net";

/// A row of the table. The goal is for the ratio, or for `ours` where there is no ratio: at most this.
#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    unit: String,
    ours: f64,
    baseline: Option<f64>,
    ratio: Option<f64>,
    goal: Option<f64>,
    /// Why the goal can't be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
}

impl Row {
    fn is_met(&self) -> bool {
        self.goal.is_none_or(|goal| self.ratio.unwrap_or(self.ours) <= goal)
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    if args.peers {
        return match args.filter.as_deref() {
            None => peers::run(if args.quick { Effort::Quick } else { Effort::Full }),
            Some("io") => peers::io(),
            Some(other) => bail!("other systems are compared in everything or in `io`, not in `{other}`"),
        };
    }
    let features: &[&str] = if args.llvm { &[engine_linked::LLVM] } else { &[] };
    let programs = engine_linked::build(&[&["--all-targets"], features].concat())?;
    let benches: Vec<_> = programs.iter().filter(|program| program.kind == "bench").collect();
    let chosen = |name: &str| args.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
    ensure!(chosen(NET) || benches.iter().any(|bench| chosen(&bench.name)), "no bench has such a name");
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    for bench in benches.iter().filter(|bench| chosen(&bench.name)) {
        eprintln!("bench: {}", bench.name);
        let status = Command::new(&bench.path).env("PLUGIX_BENCH_DIR", &folder).status()?;
        ensure!(status.success(), "the bench {} failed", bench.name);
    }
    if chosen(NET) {
        let rows = net::run(engine_linked::find(&programs, "plugix")?)?;
        write(&file(&folder, NET), &rows)?;
    }
    let (mut shown, mut all) = (Vec::new(), Vec::new());
    for name in benches.iter().map(|bench| bench.name.as_str()).chain([NET]) {
        let file = file(&folder, name);
        if chosen(name) {
            shown.extend(read(&file)?);
        }
        // What was not measured this time stays as it was.
        if file.exists() {
            all.extend(read(&file)?);
        }
    }
    show(&shown);
    let results = folder.join("results.json");
    write(&results, &all)?;
    eprintln!("written to {}", results.display());
    Ok(())
}

/// Where a bench's rows are.
fn file(folder: &Path, bench: &str) -> PathBuf {
    folder.join(format!("{bench}.json"))
}

fn write(path: &Path, rows: &[Row]) -> Result<()> {
    std::fs::write(path, serde_json::to_string_pretty(rows)?).with_context(|| format!("can't write {}", path.display()))
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the bench wrote no {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn show(rows: &[Row]) {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    println!("{:width$}  {:>12}  {:>12}  {:>7}  {:>9}", "", "ours", "baseline", "ratio", "goal");
    for row in rows {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2} {}", row.unit));
        let ratio = row.ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let goal = match (row.goal, row.ratio) {
            (None, _) => String::new(),
            (Some(goal), Some(_)) => format!("≤ {goal:.2}"),
            (Some(goal), None) => format!("≤ {goal} {}", row.unit),
        };
        let ours = number(Some(row.ours));
        let baseline = number(row.baseline);
        let met = match &row.limit {
            _ if row.is_met() => String::new(),
            Some(limit) => format!("  out of reach: {limit}"),
            None => "  missed".to_owned(),
        };
        println!("{:width$}  {ours:>12}  {baseline:>12}  {ratio:>7}  {goal:>9}{met}", row.name);
    }
}
