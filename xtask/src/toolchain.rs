//! `cargo xtask toolchain`: how this machine gets the toolchain for plugins.

use std::time::Instant;

use plugix_toolchain::{Environment, Progress, Survey, Toolchain};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask toolchain                    # what there is, and what is missing\n  \
    cargo xtask toolchain --ensure           # make it now\n  \
    cargo xtask toolchain --clean --ensure   # make it anew")]
pub(crate) struct Args {
    /// Remove the cache first
    #[arg(long)]
    clean: bool,
    /// Make the toolchain now, if it is not there yet
    #[arg(long)]
    ensure: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let environment = Environment::current();
    if args.clean {
        Survey::take(&environment)?.cache().clean()?;
    }
    if args.ensure {
        let start = Instant::now();
        let toolchain = Toolchain::ensure(Progress::stderr())?;
        println!("{} is ready ({:.1?})", toolchain.rustc().display(), start.elapsed());
    }
    let survey = Survey::take(&environment)?;
    println!("{survey}, {} MB", survey.cache().size() / 1_000_000);
    Ok(())
}
