//! Files, sockets and hand-overs between threads: the same work in a plugin and natively. Run by `cargo xtask bench io`.

use anyhow::{Context, Result, ensure};
use plugix_e2e::bench::{Pair, Report, Unit, median};
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::work;
use plugix_host::policy::{Access, Network};
use plugix_host::{Plugin, Policy};
use std::path::Path;
use std::time::Duration;

/// What is timed: its name in the table, its name in the programs, how often, what the time of one is counted in, and the
/// most that a plugin's time may be of the native one.
type Row = (&'static str, &'static str, u32, Unit, f64);

const FILES: [Row; 8] = [
    ("read 64 KiB in order", "read", 4096, Unit::Microseconds, 1.0 / 0.9),
    ("write 64 KiB in order", "write", 4096, Unit::Microseconds, 1.0 / 0.9),
    ("read 4 KiB at random", "random", 50_000, Unit::Microseconds, 1.5),
    ("open and close", "open", 20_000, Unit::Microseconds, 2.0),
    ("create and remove", "create", 5_000, Unit::Microseconds, 2.0),
    ("stat", "stat", 50_000, Unit::Microseconds, 2.0),
    ("list 60,000 entries", "list", 60_000, Unit::Nanoseconds, 3.0),
    ("four threads append 64 bytes", "append", 40_000, Unit::Microseconds, 2.0),
];

const OTHERS: [Row; 6] = [
    ("TCP round trip of 64 bytes", "tcp", 5_000, Unit::Microseconds, 1.3),
    ("TCP, 64 KiB one way", "stream", 4096, Unit::Microseconds, 1.0 / 0.8),
    ("pipe, there and back", "pipe", 5_000, Unit::Microseconds, 1.5),
    ("mutex and condvar, there and back", "mutex", 5_000, Unit::Microseconds, 2.0),
    ("channel, there and back", "channel", 5_000, Unit::Microseconds, 2.0),
    ("park and unpark, there and back", "park", 5_000, Unit::Microseconds, 2.0),
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
    for row in FILES.into_iter().chain(OTHERS) {
        compared(&mut report, &plugin, row, "/free", folder.path())?;
    }
    // A limit is kept by counting: these have no goal.
    for (name, work, count, unit, _) in FILES {
        let pair = measured(&plugin, (work, count), "/limited", folder.path())?;
        report.comparison(&format!("{name}, in a limited mount"), unit, pair);
    }
    report.finish()
}

fn compared(report: &mut Report, plugin: &Plugin, row: Row, mount: &str, folder: &Path) -> Result<()> {
    let (name, work, count, unit, goal) = row;
    report.ratio(name, unit, measured(plugin, (work, count), mount, folder)?, goal);
    Ok(())
}

/// The time of one, in the plugin and natively: the medians.
fn measured(plugin: &Plugin, (work, count): (&str, u32), mount: &str, folder: &Path) -> Result<Pair> {
    let mut ours = Vec::new();
    let mut baseline = Vec::new();
    // The first round warms both up.
    for round in 0..=ROUNDS {
        let times = [in_plugin(plugin, work, mount, count)?, work::run(work, folder, count)?];
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
