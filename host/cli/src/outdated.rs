//! `plugix outdated`.

use crate::kept::{self, Home};
use crate::{print, text};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix outdated            # what `plugix update` would change; nothing is changed\n  \
    plugix outdated --json     # for programs")]
pub(crate) struct Args {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let store = args.home.open_existing()?;
    let (mut lines, mut values, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (name, newer) in store.outdated() {
        let version = store.list().get(&name).and_then(|plugin| plugin.version.as_deref());
        match newer {
            Ok(None) => {}
            Ok(Some(newer)) => {
                let to = newer.version.as_deref().map_or_else(|| "another module".to_owned(), text::printable);
                lines.push(format!("{} -> {to}", kept::title(&name, version)));
                values.push(json!({
                    "name": name,
                    "version": version,
                    "newer": { "version": newer.version, "hash": newer.hash, "digest": newer.digest },
                }));
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                print::tell(text::printable_lines(&format!("{name}: {error:#}")));
                failed.push(name.to_string());
            }
        }
    }
    match args.json {
        true => print::line(format_args!("{:#}", Value::from(values)))?,
        false => lines.iter().try_for_each(print::line)?,
    }
    match failed.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        failed => bail!("their sources can't be asked: {}", failed.join(", ")),
    }
}
