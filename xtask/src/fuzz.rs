//! `cargo xtask fuzz`: runs the fuzz targets, each for a fixed number of executions.

use crate::{engine_linked, workspace};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// The programs with the targets that need no engine, and these targets.
const LIGHT: [(&str, &[&str]); 2] =
    [("plugix-module-fuzz", &["descriptor", "module"]), ("plugix-system-fuzz", &["calls"])];

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask fuzz                       # each target 200,000 times\n  \
    cargo xtask fuzz json --runs 5000000   # one target for longer\n  \
    cargo xtask fuzz json --seed 7         # other inputs; the same seed gives the same inputs")]
pub(crate) struct Args {
    /// How often each target runs
    #[arg(long, default_value_t = 200_000)]
    runs: u64,
    /// Where the chain of changes begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run only this target: artifact, calls, descriptor, json, module, result
    target: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let wanted = args.target.as_deref();
    let folder = workspace::target_folder()?;
    for (package, targets) in LIGHT {
        if wanted.is_none_or(|target| targets.contains(&target)) {
            let built = workspace::cargo().args(["build", "--release", "--package", package]).status()?;
            ensure!(built.success(), "{package} doesn't build: {built}");
            fuzz(&folder.join("release").join(package), &folder, args)?;
        }
    }
    let is_light = |target| LIGHT.iter().any(|(_, targets)| targets.contains(&target));
    if wanted.is_none_or(|target| !is_light(target)) {
        fuzz(&engine_linked::build_program(&["--all-targets"], "fuzz")?, &folder, args)?;
    }
    Ok(())
}

fn fuzz(program: &Path, folder: &Path, args: &Args) -> Result<()> {
    let numbers = [args.runs, args.seed].map(|number| number.to_string());
    let status = Command::new(program).arg(folder.join("fuzz")).args(numbers).args(&args.target).status();
    let status = status.with_context(|| format!("can't run {}", program.display()))?;
    ensure!(status.success(), "a target failed: {status}");
    Ok(())
}
