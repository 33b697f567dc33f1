//! `plugix list`.

use crate::kept::{self, Home};
use crate::{print, text};
use anyhow::Result;
use plugix_store::{Interface, Store};
use serde_json::Value;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix list                            # the plugins that are kept, as the lock file has them\n  \
    plugix list --json | jq '.[].hash'     # for programs")]
pub(crate) struct Args {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    // An application that runs has the folder, and this only looks.
    let lock = Store::read(args.home.path())?;
    if args.json {
        let plugins: Vec<_> = lock.plugins().iter().map(|(name, plugin)| kept::as_json(name, plugin)).collect();
        return print::line(format_args!("{:#}", Value::from(plugins))).map(|()| ExitCode::SUCCESS);
    }
    for (name, plugin) in lock.plugins() {
        let interfaces = plugin.interfaces.iter().map(Interface::to_string).collect::<Vec<_>>().join(", ");
        let signed = match plugin.signed_by.len() {
            0 => String::new(),
            1 => ", signed".to_owned(),
            keys => format!(", signed by {keys}"),
        };
        let title = kept::title(name, plugin.version.as_deref());
        print::line(format_args!("{title:24} {}{signed}", text::printable(&plugin.source.to_string())))?;
        if !interfaces.is_empty() {
            print::line(format_args!("  {}", text::printable(&interfaces)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
