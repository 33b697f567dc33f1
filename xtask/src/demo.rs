//! `cargo xtask demo`: builds example plugins and the programs that show them, and runs those.

mod console;
mod examples;

use crate::engine_linked;
use crate::workspace::{NOTES, target_folder};
use anyhow::{Context as _, Result, ensure};
use clap::builder::PossibleValuesParser;
use plugix_toolchain::{Build, Module, Progress, Toolchain};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

/// The plugins that the demo shows.
const PLUGINS: [&str; 3] = ["mandelbrot", "server-plugin", "word-count"];

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask demo              # prints a table, writes target/demo/mandelbrot.png, and goes on as the next one\n  \
    cargo xtask demo console      # a page on which plugins are installed, granted, called and reloaded, and its picture,\n  \
                                  # target/demo/console.png; on a terminal the page is there until Ctrl-C\n  \
    cargo xtask demo notes        # a web service with axum and SQLite, in a plugin\n  \
    cargo xtask demo thermostat   # the program host/examples/thermostat.rs with its plugin")]
pub(crate) struct Args {
    /// What to show: all plugins that need no C code and few crates, the web service, the page for plugins, or an example of the book
    #[arg(default_value = "all", value_parser = PossibleValuesParser::new(names()))]
    what: String,
}

fn names() -> impl Iterator<Item = &'static str> {
    ["all", "console", "notes"].into_iter().chain(examples::ALL.iter().map(|example| example.name))
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match examples::ALL.iter().find(|example| example.name == args.what) {
        Some(example) => {
            let modules = build(Build::new(engine_linked::root().join("Cargo.toml")).package(example.plugin))?;
            let nats = example.asks_nats.then(plugix_nats::Server::start).transpose()?;
            let mut arguments = vec![first(&modules)?.as_os_str().to_owned()];
            arguments.extend(example.arguments.iter().map(OsString::from));
            arguments.extend(nats.as_ref().map(|nats| nats.url().into()));
            show(example.name, arguments)
        }
        None if args.what == "console" => console::show(),
        None if args.what == "notes" => show("notes", [first(&build(Build::new(engine_linked::root().join(NOTES)))?)?]),
        None => show_all(),
    }
}

fn show_all() -> Result<()> {
    eprintln!("building the toolchain for plugins, and the plugins (some minutes the first time)");
    let manifest = engine_linked::root().join("Cargo.toml");
    let modules = build(PLUGINS.into_iter().fold(Build::new(manifest), Build::package))?;
    let folder = first(&modules)?.parent().context("a module lies in a folder")?;
    let results = target_folder()?.join("demo");
    show("demo", [folder, &results])?;
    println!("The picture is {}", results.join("mandelbrot.png").display());
    console::show()
}

/// Builds an example of the host, and runs it.
fn show<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Result<()> {
    let host = engine_linked::build_program(&["--example", name], name)?;
    let mut program = Command::new(&host);
    program.args(arguments).current_dir(engine_linked::root()).stdin(Stdio::null());
    let status = program.status().with_context(|| format!("can't run {}", host.display()))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

fn build(request: Build) -> Result<Vec<Module>> {
    Ok(Toolchain::ensure(Progress::stderr())?.build(&request, Progress::stderr())?)
}

fn first(modules: &[Module]) -> Result<&Path> {
    Ok(&modules.first().context("no module was built")?.path)
}
