//! `plugix cache`.

use crate::{load, print, text};
use anyhow::{Context, Result};
use clap::Subcommand;
use plugix_host::code::CacheEntry;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix cache show           # what is kept, and how large it is\n  \
    plugix cache clear          # compiled modules are made anew when they are needed")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    /// The cache's folder; the default is in the user's cache
    #[arg(long, value_name = "FOLDER", global = true)]
    cache: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// List the modules, the last used first
    Show {
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Remove all modules
    Clear,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let cache = load::cache(args.cache.as_deref())?;
    let cache = cache.context("there is no place for a cache: name one with `--cache`")?;
    match args.command {
        Command::Show { json: true } => {
            let entries: Vec<_> = cache.entries()?.iter().map(as_json).collect();
            print::line(format_args!("{:#}", json!({ "folder": cache.folder(), "entries": entries })))?;
        }
        Command::Show { json: false } => {
            let entries = cache.entries()?;
            entries.iter().try_for_each(|entry| print::line(line(entry)))?;
            let size = entries.iter().map(|entry| entry.size).sum();
            let folder = cache.folder().display();
            print::line(format_args!("{} modules, {} in {folder}", entries.len(), text::size(size)))?;
        }
        Command::Clear => cache.clear()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(entry: &CacheEntry) -> serde_json::Value {
    json!({
        "file": entry.file,
        "size": entry.size,
        "used": entry.used.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        "module": entry.module,
        "target": entry.origin.as_ref().map(|origin| &origin.target),
        "plugix": entry.origin.as_ref().map(|origin| &origin.plugix),
    })
}

fn line(entry: &CacheEntry) -> String {
    let module = entry.module.as_deref().unwrap_or("(damaged)");
    let size = text::size(entry.size);
    let used = text::ago(entry.used);
    // The beginning of the hash identifies a module.
    format!("{module:24} {size:>10}  {used:>12}  {}", &entry.file[..12])
}
