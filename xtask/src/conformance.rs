//! `cargo xtask conformance`: builds programs that use crates of crates.io, unmodified, and runs them as plugins.

mod cases;
mod results;

use crate::engine_linked::{self, root};
use crate::workspace::{self, CONFORMANCE};
use anyhow::{Context as _, Result, bail, ensure};
use cases::Case;
use plugix_toolchain::{Build, Error, Progress, Toolchain};
use results::{Outcome, Results};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every case may do. The paths are relative to its own folder.
const POLICY: &str = include_str!("conformance/plugix.toml");

/// What a program prints last when it has found all to be right.
const OK: &str = "ok";

/// How `timeout` ends when the program had to be killed.
const TIMED_OUT: i32 = 124;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask conformance            # all cases; writes tests/conformance/RESULTS.md\n  \
    cargo xtask conformance tokio mio  # those whose names have one of these in them\n\n\
    The cases are the programs in tests/conformance/cases.")]
pub(crate) struct Args {
    /// Parts of names of cases
    filter: Vec<String>,
    /// Seconds after which a program counts as hanging
    #[arg(long, default_value_t = 120)]
    timeout: u32,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let chosen = |case: &Case| args.filter.is_empty() || args.filter.iter().any(|part| case.name.contains(part));
    let all = cases::all()?;
    let cases: Vec<_> = all.into_iter().filter(chosen).collect();
    ensure!(!cases.is_empty(), "no case is named so");
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let cli = engine_linked::build_program(&["--all-targets"], "plugix")?;
    let folder = workspace::target_folder()?.join("conformance");

    let mut results = Results::default();
    for (number, case) in cases.iter().enumerate() {
        let outcome = attempt(case, &toolchain, &cli, &folder, args.timeout)?;
        eprintln!("[{}/{}] {}: {outcome}", number + 1, cases.len(), case.name);
        results.add(case, outcome);
    }
    println!("{results}");
    if args.filter.is_empty() {
        let file = root().join(CONFORMANCE).with_file_name("RESULTS.md");
        fs::write(&file, results.page()).with_context(|| format!("can't write {}", file.display()))?;
    }
    let surprises = results.surprises();
    ensure!(surprises.is_empty(), "not as the manifests say: {}", surprises.join(", "));
    Ok(())
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
    let policy = prepare(&folder.join("runs").join(&case.name))?;
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
        Some(TIMED_OUT) => Outcome::Fails(format!("it isn't done after {timeout} s")),
        code => {
            let error = String::from_utf8_lossy(&output.stderr);
            eprintln!("{told}{error}");
            Outcome::Fails(format!("exit code {}", code.map_or("none".to_owned(), |code| code.to_string())))
        }
    })
}

/// An empty folder for a run, and its policy.
fn prepare(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("data"))?;
    let policy = folder.join("plugix.toml");
    fs::write(&policy, POLICY)?;
    Ok(policy)
}
