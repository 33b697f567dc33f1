//! Files, sockets and hand-overs between threads: the same work in a plugin and natively. Run by `cargo xtask bench io`.

use anyhow::{Context, Result, ensure};
use plugix_e2e::bench::{Pair, Report, Unit, median};
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::work::{self, Kind};
use plugix_host::policy::{Access, Network};
use plugix_host::{Plugin, Policy};
use std::path::Path;
use std::time::Duration;

/// What is timed: its name in the programs, what the time of one is counted in, and the most that a plugin's time may be
/// of the native one.
type Row = (&'static str, Unit, f64);

const FILES: [Row; 8] = [
    ("read", Unit::Microseconds, 1.0 / 0.9),
    ("write", Unit::Microseconds, 1.0 / 0.9),
    ("random", Unit::Microseconds, 1.5),
    ("open", Unit::Microseconds, 2.0),
    ("create", Unit::Microseconds, 2.0),
    ("stat", Unit::Microseconds, 2.0),
    ("list", Unit::Nanoseconds, 3.0),
    ("append", Unit::Microseconds, 2.0),
];

const OTHERS: [Row; 6] = [
    ("tcp", Unit::Microseconds, 1.3),
    ("stream", Unit::Microseconds, 1.0 / 0.8),
    ("pipe", Unit::Microseconds, 1.5),
    ("mutex", Unit::Microseconds, 2.0),
    ("channel", Unit::Microseconds, 2.0),
    ("park", Unit::Microseconds, 2.0),
];

/// How often the two are timed in turn.
const ROUNDS: usize = 11;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let network = Network::new().listen_tcp("127.0.0.1:0")?.connect_tcp("127.0.0.1:*")?;
    let policy = Policy::new()
        .mount(folder.path(), "/free", Access::ReadWrite)
        .mount_limited(folder.path(), "/limited", 1 << 30)
        .network(network);
    let plugin = plugin("programs", &policy);
    let mut report = Report::new("io");
    for (name, unit, goal) in FILES.into_iter().chain(OTHERS) {
        let kind = work::find(name);
        report.ratio(title(kind)?, unit, measured(&plugin, kind, "/free", folder.path())?, goal);
    }
    // A limit is kept by counting: these have no goal.
    for (name, unit, _) in FILES {
        let kind = work::find(name);
        let pair = measured(&plugin, kind, "/limited", folder.path())?;
        report.comparison(&format!("{}, in a limited mount", title(kind)?), unit, pair);
    }
    report.finish()
}

fn title(kind: &Kind) -> Result<&'static str> {
    kind.title.with_context(|| format!("{} is no row", kind.name))
}

/// The time of one, in the plugin and natively: the medians.
fn measured(plugin: &Plugin, kind: &Kind, mount: &str, folder: &Path) -> Result<Pair> {
    let Kind { name, count, .. } = *kind;
    let mut ours = Vec::new();
    let mut baseline = Vec::new();
    // The first round warms both up.
    for round in 0..=ROUNDS {
        let times = [in_plugin(plugin, name, mount, count)?, work::run(name, folder, count)?];
        if round > 0 {
            ours.push(times[0].as_secs_f64());
            baseline.push(times[1].as_secs_f64());
        }
    }
    Ok(Pair { ours: median(ours), baseline: median(baseline) }.per(count))
}

fn in_plugin(plugin: &Plugin, work: &str, mount: &str, count: u32) -> Result<Duration> {
    let told = call(plugin, "work", format!("{work} {mount} {count}"))?;
    let nanoseconds = told.parse().context("the plugin tells nanoseconds")?;
    ensure!(nanoseconds > 0, "{work} took no time");
    Ok(Duration::from_nanos(nanoseconds))
}
