//! `plugix remove`.

use crate::kept::{self, Home};
use crate::print;
use anyhow::Result;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix remove words                    # its module stays for a while, for whoever adds it again\n  \
    plugix remove words --home /srv/app    # from another folder")]
pub(crate) struct Args {
    /// The plugins
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let names = args.names.iter().map(|name| kept::name(name)).collect::<Result<Vec<_>>>()?;
    let mut store = args.home.open_existing()?;
    for name in &names {
        let removed = store.remove(name)?;
        print::line(format_args!("{} is removed", kept::title(name, removed.version.as_deref())))?;
    }
    Ok(ExitCode::SUCCESS)
}
