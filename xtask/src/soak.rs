//! `cargo xtask soak`: loads, calls, stops and unloads plugins thousands of times, in a process that must not grow.

use crate::engine_linked;
use anyhow::{Context, Result, ensure};
use std::process::Command;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask soak                   # some minutes\n  \
    cargo xtask soak --rounds 100000   # twenty times as long\n  \
    cargo xtask soak manager           # plugins that are installed, updated, reloaded and killed\n  \
    cargo xtask soak manager --seed 7  # the same changes as the last time with this seed")]
pub(crate) struct Args {
    /// Only this: `manager`
    #[arg(value_parser = ["manager"])]
    part: Option<String>,
    /// How many plugins live and end, one after the other
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(10..))]
    rounds: u32,
    /// What the changes of installed plugins follow from, for `manager`; another one each time by default
    #[arg(long)]
    seed: Option<u64>,
    /// For how many seconds eight threads of a plugin wake each other before that
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many calls of one plugin end in a panic before that
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(10..))]
    panics: u32,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let soak = engine_linked::build_program(&["--all-targets"], "soak")?;
    let [rounds, seconds, panics] = [args.rounds.to_string(), args.seconds.to_string(), args.panics.to_string()];
    let arguments = match &args.part {
        Some(part) => vec![part.clone(), rounds, args.seed.unwrap_or_else(any_seed).to_string()],
        None => vec![rounds, seconds, panics],
    };
    let mut command = Command::new(&soak);
    if args.part.is_some() {
        // glibc gives threads arenas of their own, which grow by turns by megabytes of what is free. Modules are large, and
        // that hides what is left behind. With one arena it shows to the page.
        command.env("MALLOC_ARENA_MAX", "1");
    }
    let status = command.args(arguments).status();
    let status = status.with_context(|| format!("can't run {}", soak.display()))?;
    ensure!(status.success(), "something was left behind: {status}");
    Ok(())
}

/// A number that differs from run to run.
fn any_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(())
}
