//! `plugix fleet remove`.

use super::connect::Connect;
use crate::print;
use anyhow::Result;
use plugix_fleet::ship::Deployments;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The plugin's name in the fleet
    plugin: String,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    Deployments::open(&args.connect.connect("plugix fleet remove")?)?.remove(&args.plugin)?;
    print::line(format_args!("{} is removed; its hosts let their calls finish", args.plugin))
        .map(|()| ExitCode::SUCCESS)
}
