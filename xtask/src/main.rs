//! The project's chores: one command, one module.

mod toolchain;

use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's chores")]
enum Command {
    /// Show, make or remove the toolchain that compiles plugins.
    Toolchain(toolchain::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Toolchain(args) => toolchain::run(&args),
    }
}
