//! `plugix check` and `plugix clippy`: the compiler's messages, or clippy's, without a module.

use crate::cargo_args::CargoArgs;
use crate::crates;
use anyhow::Result;
use plugix_toolchain::{Action, Build, Progress, Toolchain};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix check                     # the plugin in the current folder\n  \
    plugix check --tests -p plugin   # its tests, too")]
pub(crate) struct Args {
    #[command(flatten)]
    cargo: CargoArgs,
    /// Check the tests as well
    #[arg(long, help_heading = "What")]
    tests: bool,
}

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix clippy                    # the plugin in the current folder\n  \
    plugix clippy -- -D warnings     # in CI\n\n\
    Clippy belongs to the compiler that the toolchain is made of: `rustup component add clippy rust-src`.")]
pub(crate) struct ClippyArgs {
    #[command(flatten)]
    check: Args,
    /// What clippy gets, such as `-D warnings`
    #[arg(last = true)]
    lints: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    check(args, Action::Check)
}

pub(crate) fn run_clippy(args: &ClippyArgs) -> Result<ExitCode> {
    check(&args.check, Action::Clippy(args.lints.clone()))
}

fn check(args: &Args, action: Action) -> Result<ExitCode> {
    let (request, workspace) = args.cargo.request()?;
    crates::check(&Build { bins: true, ..request.clone() }, &workspace)?;
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let request = Build { action, ..request };
    toolchain.build(&request, Progress::stderr())?;
    if args.tests {
        // Test programs are other units of the same crates.
        toolchain.build(&Build { tests: true, ..request }, Progress::stderr())?;
    }
    Ok(ExitCode::SUCCESS)
}
