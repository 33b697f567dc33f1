//! The project's chores: one command, one module.

mod demo;
mod toolchain;

use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's chores")]
enum Command {
    /// Build the example plugins, and a host that runs each on one thread and on all.
    Demo,
    /// Show, make or remove the toolchain that compiles plugins.
    Toolchain(toolchain::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Demo => demo::run(),
        Command::Toolchain(args) => toolchain::run(&args),
    }
}
