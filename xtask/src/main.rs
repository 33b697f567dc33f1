//! The project's chores: one command, one module.

mod test;
mod tidy;
mod toolchain;
mod workspace;

use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's chores")]
enum Command {
    /// Run every test.
    Test(test::Args),
    /// Check formatting, lints and the rules of the repository.
    Tidy(tidy::Args),
    /// Show, make or remove the toolchain that compiles plugins.
    Toolchain(toolchain::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Test(args) => test::run(&args),
        Command::Tidy(args) => tidy::run(&args),
        Command::Toolchain(args) => toolchain::run(&args),
    }
}
