//! `plugix runner`: what cargo starts test programs with. They find what they find natively.

use crate::{load, program, test_policy};
use anyhow::{Context as _, Result, ensure};
use plugix_host::Policy;
use plugix_host::module::Form;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The crate's policy, in its own folder.
const POLICY: &str = "plugix.toml";

#[derive(clap::Args)]
#[command(after_help = "Cargo starts it, if its configuration says so: `plugix setup` writes\n\n    \
    [target.wasm32-wasmer-wasi]\n    runner = [\"plugix\", \"runner\"]\n\n\
    The program may do what `plugix.toml` in the current folder says. It also reads the current folder.")]
pub(crate) struct Args {
    /// The program, in WebAssembly, and what it gets
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_names = ["MODULE", "ARGUMENTS"])]
    command: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (module, arguments) = args.command.split_first().context("no program is named")?;
    let module = Path::new(module);
    let folder = std::env::current_dir().context("can't find the current folder")?;
    let policy = policy(&folder, arguments)?;
    let loaded = load::module(&load::CacheArgs::default().engine()?, module)?;
    ensure!(
        loaded.info().form == Form::Command,
        "{}: not a program: `plugix run` calls the methods of plugins",
        module.display()
    );
    program::run(&loaded, policy, None)
}

/// The policy of a test program.
fn policy(folder: &Path, arguments: &[String]) -> Result<Policy> {
    let file = folder.join(POLICY);
    let own = if file.exists() {
        // Its mistakes are told with their places.
        Policy::from_toml_file(&file)?;
        fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?
    } else {
        String::new()
    };
    let own = own.parse().with_context(|| format!("can't read {}", file.display()))?;
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let variables = std::env::vars_os().filter_map(text);
    let table = test_policy::of(own, folder, variables, arguments)?;
    Ok(Policy::from_toml_str(&table.to_string(), folder)?)
}
