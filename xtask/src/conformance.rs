//! `cargo xtask conformance`: builds programs that use crates of crates.io, unmodified, and the tests of such crates, and
//! runs them as plugins.

mod cases;
mod filter;
mod results;
mod suites;

use crate::engine_linked::{self, root};
use crate::workspace::{self, CONFORMANCE};
use anyhow::{Context as _, Result, bail, ensure};
use cases::Case;
use filter::Filter;
use plugix_toolchain::{Build, Error, Progress, Toolchain};
use results::{Outcome, Results};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every case may do. The paths are relative to its own folder.
const POLICY: &str = include_str!("conformance/plugix.toml");

/// What a program prints last when it has found all to be right.
const OK: &str = "ok";

/// In seconds.
const TIMEOUT: u32 = 240;

/// How `timeout` ends when the program had to be killed.
const TIMED_OUT: i32 = 124;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask conformance                       # all, in an hour or more\n  \
    cargo xtask conformance suites/               # all suites\n  \
    cargo xtask conformance tokio mio             # what has one of these in its name\n  \
    cargo xtask conformance suites/tokio/tcp_     # some test programs of a suite\n\n\
    A case is a program in tests/conformance/cases; its name is cases/<name>. A suite is a row of\n\
    tests/conformance/suites.toml; the name of a test program is suites/<crate>/<program>.\n\
    All cases, or all suites, are written to tests/conformance/RESULTS.md.")]
pub(crate) struct Args {
    /// Parts of names of cases and suites
    filter: Vec<String>,
    /// Seconds after which a case, or one test of a suite, counts as hanging
    #[arg(long, default_value_t = TIMEOUT)]
    timeout: u32,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let filter = Filter::new(&args.filter);
    let (cases, suites) = attempt_all(&filter, args.timeout)?;
    // Each part of the page is written if all of it is known.
    let file = root().join(CONFORMANCE).with_file_name("RESULTS.md");
    let old = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let (old_cases, old_suites) = old.split_at(old.find(suites::HEADING).unwrap_or(old.len()));
    let first = if filter.takes_all_of("cases/") { cases.page() } else { old_cases.to_owned() };
    let second = if filter.takes_all_of("suites/") { suites.page() } else { old_suites.to_owned() };
    fs::write(&file, first + &second).with_context(|| format!("can't write {}", file.display()))?;
    let surprises = suites.surprises();
    surprises.iter().for_each(|surprise| println!("{surprise}"));
    let cases = cases.surprises();
    ensure!(cases.is_empty(), "not as the manifests say: {}", cases.join(", "));
    ensure!(surprises.is_empty(), "{} not as suites.toml says", surprises.len());
    Ok(())
}

/// Runs what takes few minutes. Returns how many cases and tests are right, and what is not as it should be.
pub(crate) fn quick() -> Result<(usize, Vec<String>)> {
    let (cases, suites) = attempt_all(&Filter::Quick, TIMEOUT)?;
    let surprises = cases.surprises().into_iter().map(|case| format!("cases/{case}"));
    Ok((cases.right() + suites.passed(), surprises.chain(suites.surprises()).collect()))
}

/// Builds and runs what is asked for.
fn attempt_all(filter: &Filter, timeout: u32) -> Result<(Results, suites::Results)> {
    let mut cases = cases::all(!matches!(filter, Filter::Quick))?;
    cases.retain(|case| filter.takes(&format!("cases/{}", case.name), case.quick));
    let chosen = suites::all(filter)?;
    ensure!(!cases.is_empty() || !chosen.is_empty(), "no case and no suite is named so");
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let cli = engine_linked::build_program(&["--all-targets"], "plugix")?;
    let folder = workspace::target_folder()?.join("conformance");

    let mut results = Results::default();
    for (number, case) in cases.iter().enumerate() {
        let outcome = attempt(case, &toolchain, &cli, &folder, timeout)?;
        eprintln!("[{}/{}] {}: {outcome}", number + 1, cases.len(), case.name);
        results.add(case, outcome);
    }
    let builder = suites::Suites { toolchain: &toolchain, cli: &cli, folder: &folder, timeout };
    let mut suites = suites::Results::default();
    for suite in chosen {
        let report = builder.attempt(&suite, filter)?;
        suites.add(suite, report);
    }
    println!("{results} {suites}");
    Ok((results, suites))
}

/// Builds a case and runs it.
fn attempt(case: &Case, toolchain: &Toolchain, cli: &Path, folder: &Path, timeout: u32) -> Result<Outcome> {
    let build = Build { bins: true, target_dir: Some(folder.join("target")), ..Build::new(root().join(CONFORMANCE)) };
    let modules = match toolchain.build(&build.package(&case.package), Progress::Silent) {
        Ok(modules) => modules,
        Err(Error::Compile { .. }) => return Ok(Outcome::DoesNotBuild),
        Err(error) => bail!("{}", error.chain()),
    };
    let module = modules.first().with_context(|| format!("{} makes no program", case.package))?;
    let policy = prepare(&folder.join("runs").join(&case.name), [])?;
    let output = Command::new("timeout")
        .arg(timeout.to_string())
        .arg(cli)
        .arg("run")
        .arg("--policy")
        .arg(policy)
        .arg(&module.path)
        .output()
        .context("can't run timeout")?;
    let told = String::from_utf8_lossy(&output.stdout);
    Ok(match output.status.code() {
        Some(0) if told.lines().last() == Some(OK) => Outcome::RunsRight,
        Some(TIMED_OUT) => Outcome::Fails(not_done(timeout.into())),
        code => {
            let error = String::from_utf8_lossy(&output.stderr);
            eprintln!("{told}{error}");
            Outcome::Fails(exit(code))
        }
    })
}

/// How a program ended that wasn't stopped.
fn exit(code: Option<i32>) -> String {
    format!("exit code {}", code.map_or("none".to_owned(), |code| code.to_string()))
}

/// How one ended that was.
fn not_done(seconds: u64) -> String {
    format!("it isn't done after {seconds} s")
}

/// An empty folder for a run, and its policy.
fn prepare<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("data"))?;
    let policy = folder.join("plugix.toml");
    let args = toml::Value::Array(args.into_iter().map(toml::Value::from).collect());
    fs::write(&policy, format!("args = {args}\n{POLICY}"))?;
    Ok(policy)
}
