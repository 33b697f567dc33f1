//! `plugix inspect`.

mod json;
mod page;

use crate::{load, print};
use anyhow::Result;
use plugix_host::Engine;
use plugix_host::code::Artifact;
use plugix_host::error::LoadError;
use plugix_host::module::ModuleInfo;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix inspect words.wasm                              # what it is, its methods, its imports\n  \
    plugix inspect --json words.wasm | jq .implements      # for programs")]
pub(crate) struct Args {
    /// The module: WebAssembly, or a compiled module
    module: PathBuf,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What is known of a module without running it.
struct Seen {
    name: String,
    info: ModuleInfo,
    /// The artifact, if the module is a compiled one.
    artifact: Option<Artifact>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let seen = look(args)?;
    match args.json {
        true => print::line(format_args!("{:#}", json::describe(&seen)))?,
        false => print::text(page::describe(&seen))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn look(args: &Args) -> Result<Seen> {
    match Engine::new()?.load_file(&args.module) {
        Ok(module) => Ok(Seen { name: module.name().to_owned(), info: module.info().clone(), artifact: None }),
        Err(LoadError::IsArtifact) => {
            let artifact = load::artifact(&args.module)?;
            let info = artifact.info().map_err(|error| load::in_file(&args.module, error))?;
            Ok(Seen { name: artifact.name().to_owned(), info, artifact: Some(artifact) })
        }
        Err(error) => Err(load::failed(&args.module, error)),
    }
}
