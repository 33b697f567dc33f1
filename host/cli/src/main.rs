//! The `plugix` command: compiles, shows and runs plugins.

mod cache;
mod compile;
mod inspect;
mod load;
mod run;
mod text;

use clap::{Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing::Level;

#[derive(Parser)]
#[command(name = "plugix", version, about = "Compiles, shows and runs plugins")]
struct Arguments {
    /// Report on standard error what is being done
    #[arg(short, long, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a module to a file that loads without compiling
    Compile(compile::Args),
    /// Show what a module is and what it asks for; nothing in it runs
    Inspect(inspect::Args),
    /// Call a method of a plugin, or run a program
    Run(run::Args),
    /// Show or clear the cache of compiled modules
    Cache(cache::Args),
}

fn main() -> ExitCode {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::code::run_if_child() };
    let Arguments { verbose, command } = Arguments::parse();
    let level = if verbose { Level::DEBUG } else { Level::WARN };
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .without_time()
        .init();
    let outcome = match &command {
        Command::Compile(args) => compile::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Run(args) => run::run(args),
        Command::Cache(args) => cache::run(args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
