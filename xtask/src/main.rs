//! The project's chores: one command, one module.

mod bench;
mod demo;
mod engine_linked;
mod fuzz;
mod soak;
mod test;
mod tidy;
mod toolchain;
mod workspace;

use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's chores")]
enum Command {
    /// Measure, against bare wasmer in the same run, and write `target/bench/results.json`.
    Bench(bench::Args),
    /// Build the example plugins, and a host that runs each on one thread and on all.
    Demo,
    /// Feed changed bytes to everything that reads a plugin's.
    Fuzz(fuzz::Args),
    /// Load, call, stop and unload plugins thousands of times; fail if the process grows.
    Soak(soak::Args),
    /// Run every test.
    Test(test::Args),
    /// Check formatting, lints and the rules of the repository.
    Tidy(tidy::Args),
    /// Show, make or remove the toolchain that compiles plugins.
    Toolchain(toolchain::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Bench(args) => bench::run(&args),
        Command::Demo => demo::run(),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Tidy(args) => tidy::run(&args),
        Command::Toolchain(args) => toolchain::run(&args),
    }
}
