//! Measures all systems. Each has a process, and each process measures a short round in turn. So what else the machine
//! does hits all alike. All of it is done several times, with new processes: where code and memory come to lie differs.

mod peer;
mod statistics;

use crate::guests::Guests;
use crate::report;
use crate::systems::Name;
use crate::workload::Workload;
use anyhow::Result;
use peer::Peer;
pub(crate) use statistics::Spread;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The list of the files that were built.
    #[arg(long)]
    guests: PathBuf,
    /// The folder for the results of `cargo xtask bench`. The rows go there, and the rows of the benches are read from
    /// there.
    #[arg(long)]
    bench: PathBuf,
    /// The file for the table. Without it, the table goes into the folder above.
    #[arg(long)]
    results: Option<PathBuf>,
    /// The folder for the plots. Without it, the plots go into the folder above.
    #[arg(long)]
    plots: Option<PathBuf>,
    /// Few rounds, to see that everything runs.
    #[arg(long)]
    quick: bool,
}

/// How much is measured.
struct Effort {
    /// Times that everything is measured.
    runs: usize,
    /// Rounds of each system and workload in a run. Workloads that take longer than `slow` have their own number.
    rounds: usize,
    slow_rounds: usize,
    /// Seconds that a round is to take.
    round: f64,
    /// Seconds from which one repetition is slow.
    slow: f64,
}

impl Effort {
    const FULL: Self = Self { runs: 3, rounds: 41, slow_rounds: 11, round: 0.02, slow: 0.05 };
    const QUICK: Self = Self { runs: 1, rounds: 3, slow_rounds: 2, round: 0.004, slow: 0.02 };
}

/// The rounds of each system that has such a thing.
type Rounds = BTreeMap<Name, Vec<f64>>;

/// A row: what each system needed. A system may have no such thing.
pub(crate) struct Row {
    pub(crate) workload: Workload,
    pub(crate) values: BTreeMap<Name, Spread>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let effort = if args.quick { Effort::QUICK } else { Effort::FULL };
    let guests = Guests::read(&args.guests)?;
    let begin = report::Machine::now();
    let mut runs = Vec::new();
    for run in 1..=effort.runs {
        eprintln!("run {run} of {}", effort.runs);
        runs.push(once(args, &effort)?);
    }
    let report = report::Report::new(rows(&runs), begin, &guests, &args.bench, args.quick)?;
    report.write(
        &args.bench.join("peers.json"),
        args.results.as_deref().unwrap_or(&args.bench.join("peers.md")),
        args.plots.as_deref().unwrap_or(&args.bench.join("plots")),
    )
}

/// One run: all workloads, in processes of its own.
fn once(args: &Args, effort: &Effort) -> Result<Vec<Rounds>> {
    let mut peers = Name::ALL.into_iter().map(|name| Peer::start(name, &args.guests)).collect::<Result<Vec<_>>>()?;
    let mut all = Vec::new();
    for workload in Workload::ALL {
        eprintln!("measuring: {}", workload.title());
        all.push(if workload.needs_fresh_process() {
            fresh(args, workload, effort)?
        } else {
            interleaved(&mut peers, workload, effort)?
        });
    }
    Ok(all)
}

/// What all runs come to.
fn rows(runs: &[Vec<Rounds>]) -> Vec<Row> {
    let row = |(at, workload): (usize, Workload)| {
        let of = |name| runs.iter().filter_map(|run| run[at].get(&name)).map(Vec::as_slice).collect::<Vec<&[f64]>>();
        let values = Name::ALL.into_iter().filter_map(|name| Some((name, Spread::from_runs(&of(name))?)));
        Row { workload, values: values.collect() }
    };
    Workload::ALL.into_iter().enumerate().map(row).collect()
}

/// Rounds in turn: each begins with another system.
fn interleaved(peers: &mut [Peer], workload: Workload, effort: &Effort) -> Result<Rounds> {
    let mut counts = BTreeMap::new();
    let mut slowest: f64 = 0.0;
    for peer in &mut *peers {
        if let Some((count, seconds)) = calibrated(peer, workload, effort)? {
            counts.insert(peer.name(), count);
            slowest = slowest.max(seconds);
        }
    }
    let rounds = if slowest > effort.slow { effort.slow_rounds } else { effort.rounds };
    let mut values = Rounds::new();
    for round in 0..rounds {
        for at in 0..peers.len() {
            let peer = &mut peers[(at + round) % peers.len()];
            let Some(count) = counts.get(&peer.name()) else { continue };
            values.entry(peer.name()).or_default().extend(peer.measure(workload, *count)?);
        }
    }
    Ok(values)
}

/// How many repetitions make a round, and how many seconds one of them takes. Finding out warms the system up, too.
fn calibrated(peer: &mut Peer, workload: Workload, effort: &Effort) -> Result<Option<(u32, f64)>> {
    let mut count = 1;
    loop {
        let Some(value) = peer.measure(workload, count)? else { return Ok(None) };
        let seconds = value * workload.parts();
        let wanted = (effort.round / seconds.max(1e-9)) as u32;
        // A first repetition says little of the others.
        if count > 1 && wanted < count.saturating_mul(4) || count == 1 && seconds > effort.round {
            return Ok(Some((wanted.max(1), seconds)));
        }
        count = wanted.clamp(2, count.saturating_mul(8));
    }
}

/// Each value from a process of its own.
fn fresh(args: &Args, workload: Workload, effort: &Effort) -> Result<Rounds> {
    let mut values = Rounds::new();
    for _ in 0..effort.slow_rounds {
        for name in Name::ALL {
            values.entry(name).or_default().extend(Peer::start(name, &args.guests)?.measure(workload, 1)?);
        }
    }
    values.retain(|_, values| !values.is_empty());
    Ok(values)
}
