//! `plugix diff`.

mod json;
mod page;

use crate::{exit, load, print};
use anyhow::Result;
use plugix_host::Engine;
use plugix_host::error::LoadError;
use plugix_host::module::ModuleInfo;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix diff released.wasm built.wasm                       # what a new version would break\n  \
    plugix diff --json released.wasm built.wasm | jq .fits     # for programs\n\n\
    Exit codes: 0 if hosts of either still fit the other plugin, 5 if not. Nothing in the modules runs.")]
pub(crate) struct Args {
    /// The older module: WebAssembly, or a compiled module
    old: PathBuf,
    /// The newer module
    new: PathBuf,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let engine = Engine::new()?;
    let (old, new) = (info(&engine, &args.old)?, info(&engine, &args.new)?);
    let changes = old.changes_to(&new);
    match args.json {
        true => print::line(format_args!("{:#}", json::describe(&changes)))?,
        false => print::text(page::describe(&changes))?,
    }
    let fits = changes.fits_old_host() && changes.fits_new_host();
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::from(exit::BREAKS) })
}

fn info(engine: &Engine, path: &Path) -> Result<ModuleInfo> {
    match engine.load_file(path) {
        Ok(module) => Ok(module.info().clone()),
        Err(LoadError::IsArtifact) => load::artifact(path)?.info().map_err(|error| load::in_file(path, error)),
        Err(error) => Err(load::failed(path, error)),
    }
}
