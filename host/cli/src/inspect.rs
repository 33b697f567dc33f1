//! `plugix inspect`.

mod json;
mod page;
mod requests;
mod sizes;

use crate::{load, print};
use anyhow::{Context as _, Result, ensure};
use plugix_host::Engine;
use plugix_host::code::Artifact;
use plugix_host::error::LoadError;
use plugix_host::module::ModuleInfo;
use sizes::Sizes;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix inspect words.wasm                              # what it is, its methods, its imports\n  \
    plugix inspect words.wasm --sizes                      # and which crates and functions make it large\n  \
    plugix inspect --json words.wasm | jq .implements      # for programs")]
pub(crate) struct Args {
    /// The module: WebAssembly, or a compiled module
    module: PathBuf,
    /// Show the size of each crate and function as well, as far as the module has names
    #[arg(long)]
    sizes: bool,
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
    sizes: Option<Sizes>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let seen = look(args)?;
    match args.json {
        true => print::line(format_args!("{:#}", json::describe(&seen)))?,
        false => print::text(page::describe(&seen))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The sizes, if they are asked for. The engine has found the file small enough.
fn sizes(args: &Args) -> Result<Option<Sizes>> {
    if !args.sizes {
        return Ok(None);
    }
    let wasm = std::fs::read(&args.module).with_context(|| format!("can't read {}", args.module.display()))?;
    Ok(Some(Sizes::of(&wasm)))
}

fn look(args: &Args) -> Result<Seen> {
    match Engine::new()?.load_file(&args.module) {
        Ok(module) => {
            let (name, info) = (module.name().to_owned(), module.info().clone());
            Ok(Seen { name, info, artifact: None, sizes: sizes(args)? })
        }
        Err(LoadError::IsArtifact) => {
            ensure!(
                !args.sizes,
                "{}: a compiled module has machine code: `--sizes` is for WebAssembly",
                args.module.display()
            );
            let artifact = load::artifact(&args.module)?;
            let info = artifact.info().map_err(|error| load::in_file(&args.module, error))?;
            Ok(Seen { name: artifact.name().to_owned(), info, artifact: Some(artifact), sizes: None })
        }
        Err(error) => Err(load::failed(&args.module, error)),
    }
}
