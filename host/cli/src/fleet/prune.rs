//! `plugix fleet prune`.

use super::connect::Connect;
use crate::{print, text};
use anyhow::Result;
use plugix_fleet::ship::Deployments;
use std::process::ExitCode;
use std::time::Duration;

const HOUR: u64 = 60 * 60;

#[derive(clap::Args)]
#[command(after_help = "A plugin keeps the modules of its last 16 releases, since hosts may go back to them.")]
pub(crate) struct Args {
    /// Leave what was shipped within so many hours
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    older: u64,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let deployments = Deployments::open(&args.connect.connect("plugix fleet prune")?)?;
    let age = Duration::from_secs(args.older.saturating_mul(HOUR));
    let unused = if args.dry_run { deployments.unused(age)? } else { deployments.prune(age)? };
    for one in &unused {
        print::line(format_args!("{}  {}", one.module, text::size(one.size)))?;
    }
    let all: u64 = unused.iter().map(|one| one.size).sum();
    let done = if args.dry_run { "would be deleted" } else { "deleted" };
    let modules = if unused.len() == 1 { "module" } else { "modules" };
    print::line(format_args!("{} {modules}, {}: {done}", unused.len(), text::size(all))).map(|()| ExitCode::SUCCESS)
}
