//! `cargo xtask fuzz`: runs the fuzz targets, each for a fixed number of executions.

use crate::engine_linked;
use anyhow::{Context, Result, ensure};
use std::process::Command;

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
    /// Run only this target: artifact, descriptor, json, result
    target: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let fuzz = engine_linked::build_program(&["--all-targets"], "fuzz")?;
    // The program lies in `release` of the target folder.
    let failures = fuzz.ancestors().nth(2).context("cargo named no target folder")?.join("fuzz");
    let numbers = [args.runs, args.seed].map(|number| number.to_string());
    let status = Command::new(&fuzz).arg(failures).args(numbers).args(&args.target).status();
    let status = status.with_context(|| format!("can't run {}", fuzz.display()))?;
    ensure!(status.success(), "a target failed: {status}");
    Ok(())
}
