//! `cargo xtask test`: every check and every test there is, in as few builds as possible.

mod outcome;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use outcome::Outcome;
use plugix_toolchain::{Build, Progress, Toolchain};

use crate::book;
use crate::conformance;
use crate::engine_linked::{LLVM, SELECTION as ENGINE, root};
use crate::tidy::{self, Check};
use crate::workspace::{self, LIGHT, NOTES};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask test                                  # what CI runs: checks of the sources, tests, lints\n  \
    cargo xtask test -- deadline                      # only tests with this in their name, and no checks\n  \
    cargo xtask test -- hostile::states --nocapture   # and show what they print")]
pub(crate) struct Args {
    /// Only what depends on the compiler, with code that LLVM has optimized; this needs LLVM (see CONTRIBUTING.md)
    #[arg(long, conflicts_with = "filter")]
    llvm: bool,
    /// What test binaries take: a part of a test's name, `--nocapture`, …
    #[arg(last = true)]
    filter: Vec<String>,
}

/// Parts of the names of the tests that LLVM makes a difference to. One of them runs many others once more.
const OPTIMIZED: [&str; 3] = ["optimized", "a_child_", "compiler::llvm"];

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut summary = Vec::new();
    let mut stage = |name: &'static str, work: &dyn Fn() -> Result<Outcome>| {
        eprintln!("\n=== {name} ===");
        let start = Instant::now();
        // The other stages are of use even if this one can't be run.
        let outcome = work().unwrap_or_else(|error| Outcome::broken(format!("{error:#}")));
        summary.push((name, outcome, start.elapsed()));
    };
    // A person who looks for one test wants its result, and not that of the checks.
    let is_whole = args.filter.is_empty();
    if args.llvm {
        let packages = [&ENGINE[..], &[LLVM]].concat();
        stage("optimized code", &|| tests(&packages, &OPTIMIZED.map(str::to_owned)));
        stage("lints", &|| checks(tidy::LLVM_LINTS));
    } else {
        if is_whole {
            stage("checks of the sources", &|| checks(tidy::SOURCES));
        }
        stage("what needs no engine", &|| tests(&LIGHT, &args.filter));
        stage("a plugin's crate on the host", &|| plugin_crate(&args.filter));
        stage("guest fixtures", &guests);
        stage("host, end to end", &|| tests(&ENGINE, &args.filter));
        if is_whole {
            stage("the book", &book);
            stage("crates in a plugin", &crates);
            stage("lints", &|| checks(tidy::LINTS));
        }
    }

    eprintln!();
    for (name, outcome, time) in &summary {
        println!("{name:35} {outcome} in {:.1} s", time.as_secs_f64());
    }
    for why in summary.iter().flat_map(|(_, outcome, _)| &outcome.skipped) {
        println!("SKIPPED: {why}");
    }
    let failures: Vec<_> = summary.iter().flat_map(|(_, outcome, _)| &outcome.failures).collect();
    if failures.is_empty() {
        return Ok(());
    }
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    bail!("{} failed", failures.len())
}

/// Runs some checks of `cargo xtask tidy`.
fn checks(checks: &[(&str, Check)]) -> Result<Outcome> {
    Ok(Outcome::checked(checks.len(), tidy::problems(checks)?))
}

/// Runs the tests of some packages, which cargo's arguments name, and passes on what they print.
fn tests(packages: &[&str], filter: &[String]) -> Result<Outcome> {
    let mut command = workspace::cargo();
    command.arg("test").args(packages).arg("--no-fail-fast").arg("--").args(filter).stdout(Stdio::piped());
    let mut child = command.spawn().context("cargo doesn't start")?;
    let mut outcome = Outcome::default();
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        let line = line?;
        println!("{line}");
        outcome.read(&line);
    }
    if !child.wait()?.success() && outcome.failures.is_empty() {
        outcome.failures.push(format!("cargo test {}", packages.join(" ")));
    }
    Ok(outcome)
}

/// Tests the crate of a plugin as plain cargo does. It has to link as well: tests of its interface link its library.
fn plugin_crate(filter: &[String]) -> Result<Outcome> {
    let mut outcome = tests(&["--manifest-path", NOTES], filter)?;
    if !workspace::cargo().args(["build", "--quiet", "--manifest-path", NOTES]).status()?.success() {
        outcome.failures.push(format!("cargo build --manifest-path {NOTES}"));
    }
    Ok(outcome)
}

/// Builds the fixtures first, so that the time of the tests is their own.
fn guests() -> Result<Outcome> {
    let packages = workspace::guests()?.into_iter().map(|name| format!("guest-{name}")).collect();
    let request = Build { bins: true, packages, ..Build::new(root().join("Cargo.toml")) };
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let mut built = 0;
    for request in [request, Build::new(root().join(NOTES))] {
        built += toolchain.build(&request, Progress::stderr())?.len();
    }
    Ok(Outcome::built(built))
}

/// Runs the commands of the book, and with them the examples of the host and their plugins.
fn book() -> Result<Outcome> {
    let (right, differences) = book::test()?;
    Ok(Outcome::counted(right, differences))
}

/// Runs the part of `cargo xtask conformance` that takes few minutes.
fn crates() -> Result<Outcome> {
    let (passed, failures) = conformance::quick()?;
    Ok(Outcome::counted(passed, failures))
}
