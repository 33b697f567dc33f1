//! `cargo xtask fuzz`: runs the fuzz targets, each for a fixed number of executions.

use crate::{engine_linked, workspace};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs with the targets that need no engine, and these targets.
const LIGHT: [(&str, &[&str]); 2] =
    [("plugix-module-fuzz", &["descriptor", "module", "rewrite"]), ("plugix-system-fuzz", &["calls"])];

/// The target that runs whole modules: its name, and how often it runs by default.
const HOST: &str = "host";
const HOST_RUNS: u64 = 20_000;

/// How often the others do.
const RUNS: u64 = 200_000;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask fuzz                       # each target\n  \
    cargo xtask fuzz json --runs 5000000   # one target for longer\n  \
    cargo xtask fuzz json --seed 7         # other inputs; the same seed gives the same inputs\n  \
    cargo xtask fuzz host --runs 20000     # random modules, by the whole host\n  \
    cargo xtask fuzz host --file kept.wat  # one of them again, that was kept because it failed")]
pub(crate) struct Args {
    /// How often each target runs; by default 200,000 times, and `host` 20,000 times
    #[arg(long)]
    runs: Option<u64>,
    /// Where the chain of changes begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run only this target: artifact, calls, descriptor, host, json, module, result
    target: Option<String>,
    /// Run only this module, which the target `host` has kept
    #[arg(long, requires = "target", conflicts_with = "runs", value_name = "MODULE")]
    file: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let wanted = args.target.as_deref();
    let folder = workspace::target_folder()?;
    let runs = args.runs.unwrap_or(RUNS);
    for (package, targets) in LIGHT {
        if wanted.is_none_or(|target| targets.contains(&target)) {
            let built = workspace::cargo().args(["build", "--release", "--package", package]).status()?;
            ensure!(built.success(), "{package} doesn't build: {built}");
            fuzz(&folder.join("release").join(package), runs, args, wanted)?;
        }
    }
    let is_light = |target| LIGHT.iter().any(|(_, targets)| targets.contains(&target));
    if wanted.is_none_or(|target| !is_light(target)) {
        let program = engine_linked::build_program(&["--all-targets"], "fuzz")?;
        if wanted != Some(HOST) {
            fuzz(&program, runs, args, wanted)?;
        }
        if wanted.is_none_or(|target| target == HOST) {
            fuzz(&program, args.runs.unwrap_or(HOST_RUNS), args, Some(HOST))?;
        }
    }
    Ok(())
}

fn fuzz(program: &Path, runs: u64, args: &Args, target: Option<&str>) -> Result<()> {
    let numbers = [runs, args.seed].map(|number| number.to_string());
    let folder = workspace::target_folder()?.join("fuzz");
    let status = Command::new(program).arg(folder).args(numbers).args(target).args(&args.file).status();
    let status = status.with_context(|| format!("can't run {}", program.display()))?;
    ensure!(status.success(), "a target failed: {status}");
    Ok(())
}
