//! `cargo xtask demo`: builds the example plugins and the program that shows them, and runs it.

use crate::engine_linked;
use crate::workspace::NOTES;
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The plugins that the demo shows.
const PLUGINS: [&str; 3] = ["mandelbrot", "server-plugin", "word-count"];

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask demo         # prints a table, and writes target/demo/mandelbrot.png\n  \
    cargo xtask demo notes   # a web service with axum and SQLite, in a plugin")]
pub(crate) struct Args {
    /// What to show
    #[arg(default_value = "all")]
    what: What,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// The plugins that need no C code and few crates
    All,
    /// A web service, which the host calls, limits and stops
    Notes,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match args.what {
        What::All => show_all(),
        What::Notes => show_notes(),
    }
}

fn show_all() -> Result<()> {
    let modules = build_plugins()?;
    let host = engine_linked::build_program(&["--example", "demo"], "demo")?;
    // The program lies in `release/examples` of the target folder.
    let results = host.ancestors().nth(3).context("cargo named no target folder")?.join("demo");

    let status = Command::new(&host).arg(modules).arg(&results).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("can't run {}", host.display()))?;
    ensure!(status.success(), "the demo failed: {status}");
    println!("The picture is {}", results.join("mandelbrot.png").display());
    Ok(())
}

fn show_notes() -> Result<()> {
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let modules = toolchain.build(&Build::new(engine_linked::root().join(NOTES)), Progress::stderr())?;
    let module = modules.first().context("no module was built")?;
    let host = engine_linked::build_program(&["--example", "notes"], "notes")?;
    let status = Command::new(&host).arg(&module.path).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("can't run {}", host.display()))?;
    ensure!(status.success(), "the demo failed: {status}");
    Ok(())
}

/// Builds the plugins and returns the folder of their modules.
fn build_plugins() -> Result<PathBuf> {
    eprintln!("building the toolchain for plugins, and the plugins (some minutes the first time)");
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let manifest = engine_linked::root().join("Cargo.toml");
    let request = PLUGINS.into_iter().fold(Build::new(manifest), Build::package);
    let modules = toolchain.build(&request, Progress::stderr())?;
    let folder = modules.first().and_then(|module| module.path.parent());
    Ok(folder.context("no module was built")?.to_owned())
}
