//! `cargo xtask bench net`: builds a program with crates of crates.io natively and for plugins, and runs both in turn.
//!
//! The program takes the time itself, so that neither the start of a process nor compiling is counted.

mod server;

use super::Row;
use crate::engine_linked::root;
use crate::workspace::{self, NET};
use anyhow::{Context as _, Result, bail, ensure};
use plugix_toolchain::{Build, Progress, Toolchain};
use server::Server;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How often the two are timed in turn; the median counts.
const ROUNDS: usize = 7;

/// The least of a native server's requests per second that a plugin has to answer.
const ANSWERED: f64 = 0.6;

/// What times are counted in, and how many nanoseconds that is.
type Unit = (&'static str, f64);

/// What is timed: its name in the program, what it is, its unit, and the most that a plugin's time may be of the native one.
const WORK: [(&str, &str, Unit, f64); 11] = [
    ("channel", "tokio, a message through a channel", NANOSECONDS, 2.0),
    ("hand-over", "tokio, two tasks in turn, there and back", NANOSECONDS, 2.0),
    ("spawn", "tokio, spawn a task and await it", NANOSECONDS, 2.0),
    ("blocking", "tokio, spawn blocking work and await it", MICROSECONDS, 2.0),
    ("insert", "SQLite, insert a row", MICROSECONDS, 2.0),
    ("query", "SQLite, find a row by an index", MICROSECONDS, 2.0),
    ("locked", "SQLite, the same in a transaction of its own", MICROSECONDS, 2.0),
    ("scan", "SQLite, read a row of many", NANOSECONDS, 2.0),
    ("commit", "SQLite, a transaction on the disk", MICROSECONDS, 2.0),
    (P256, "rustls, a handshake, both sides, P-256", MICROSECONDS, 3.0),
    ("ed25519", "rustls, a handshake, both sides, Ed25519", MICROSECONDS, 3.0),
];

const P256: &str = "p256";

/// Why its goal is out of reach. ring takes 32-bit limbs for WebAssembly. A multiplication of a point takes 41 µs natively by
/// its assembly, 146 by its C with 64-bit limbs, 296 by its C with 32-bit limbs, and 392 in a plugin. That of
/// the base point takes 6.6, 42, 94 and 120 µs.
const P256_LIMIT: &str = "ring has assembly natively, and its C takes 4 to 14 times as long there too";

const NANOSECONDS: Unit = ("ns", 1.0);
const MICROSECONDS: Unit = ("µs", 1000.0);

/// A program, as what it is run.
enum Program {
    Native(PathBuf),
    Plugin { cli: PathBuf, module: PathBuf, policies: PathBuf },
}

/// Measures, with the command line program as it was built.
pub(super) fn run(cli: &Path) -> Result<Vec<Row>> {
    let folder = workspace::target_folder()?.join("net");
    let data = folder.join("data");
    // A bench that was ended may have left half a database there.
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data).with_context(|| format!("can't make {}", data.display()))?;
    let native = Program::Native(build_native(&folder.join("native"))?);
    let module = build_module(&folder.join("guests"))?;
    let plugin = Program::Plugin { cli: cli.to_owned(), module, policies: folder };

    let mut rows = Vec::new();
    for name in ["hyper", "axum"] {
        eprintln!("bench: net, {name}");
        rows.extend(serve(name, &plugin, &native)?);
    }
    for (name, title, unit, goal) in WORK {
        eprintln!("bench: net, {name}");
        let work = |program: &Program, folder: &Path| program.time(&["work", name, &folder.display().to_string()]);
        let times = in_turn(|| work(&plugin, Path::new("/data")), || work(&native, &data))?;
        let limit = (name == P256).then(|| P256_LIMIT.to_owned());
        rows.push(Row { limit, ..row(title.to_owned(), unit, times, Some(goal)) });
    }
    Ok(rows)
}

/// Times what both servers take. The client is native for both.
fn serve(name: &str, plugin: &Program, native: &Program) -> Result<[Row; 2]> {
    let servers =
        [Server::start(plugin.command(&["serve", name])?)?, Server::start(native.command(&["serve", name])?)?];
    // What they took to start, and to compile, is not the requests'.
    let before = [servers[0].processor_time()?, servers[1].processor_time()?];
    let ask = |server: &Server| native.time(&["load", server.address()]);
    let requests = in_turn(|| ask(&servers[0]), || ask(&servers[1]))?;
    let used = [servers[0].processor_time()? - before[0], servers[1].processor_time()? - before[1]];
    Ok([
        row(format!("{name}, a request"), MICROSECONDS, requests, Some(1.0 / ANSWERED)),
        row(format!("{name}, processor time of all requests"), ("s", 1.0), used, None),
    ])
}

fn row(name: String, (unit, nanoseconds): Unit, times: [f64; 2], goal: Option<f64>) -> Row {
    let [ours, baseline] = times.map(|time| time / nanoseconds);
    Row { name, unit: unit.to_owned(), ours, baseline: Some(baseline), ratio: Some(ours / baseline), goal, limit: None }
}

/// The medians of both.
fn in_turn(mut ours: impl FnMut() -> Result<f64>, mut baseline: impl FnMut() -> Result<f64>) -> Result<[f64; 2]> {
    let mut times = [Vec::new(), Vec::new()];
    // The first round warms both up.
    for round in 0..=ROUNDS {
        let both = [ours()?, baseline()?];
        if round > 0 {
            times.iter_mut().zip(both).for_each(|(times, time)| times.push(time));
        }
    }
    Ok(times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    }))
}

fn build_native(target: &Path) -> Result<PathBuf> {
    let mut command = workspace::cargo();
    command.args(["build", "--release", "--locked", "--manifest-path", NET, "--target-dir"]).arg(target);
    let status = command.status().context("can't run cargo")?;
    ensure!(status.success(), "the native program doesn't build: {status}");
    Ok(target.join("release/net-bench"))
}

fn build_module(target: &Path) -> Result<PathBuf> {
    let build = Build { bins: true, target_dir: Some(target.to_owned()), ..Build::new(root().join(NET)) };
    let modules = Toolchain::ensure(Progress::stderr())?.build(&build, Progress::stderr())?;
    Ok(modules.into_iter().next().context("the program was not built")?.path)
}

impl Program {
    /// Runs the program, and returns the nanoseconds that it tells.
    fn time(&self, arguments: &[&str]) -> Result<f64> {
        let output = self.command(arguments)?.output().context("can't run the program")?;
        let (told, problem) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{} failed: {problem}", arguments.join(" "));
        match told.trim().parse() {
            Ok(time) if time > 0.0 => Ok(time),
            _ => bail!("{} tells no time: {told}", arguments.join(" ")),
        }
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        match self {
            Self::Native(path) => {
                let mut command = Command::new(path);
                command.args(arguments);
                Ok(command)
            }
            Self::Plugin { cli, module, policies } => {
                // Arguments of a program are its policy's.
                let policy = policies.join(format!("{}.toml", arguments[..2].join("-")));
                fs::write(&policy, format!("args = {arguments:?}\n{}", include_str!("net/plugix.toml")))?;
                let mut command = Command::new(cli);
                command.args(["run", "--policy"]).arg(policy).arg(module);
                Ok(command)
            }
        }
    }
}
