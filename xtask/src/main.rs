//! The project's chores: one command, one module.

mod bench;
mod book;
mod conformance;
mod demo;
mod engine_linked;
mod fuzz;
mod newcomer;
mod soak;
mod test;
mod tidy;
mod toolchain;
mod version;
mod workspace;

use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "The project's chores",
    after_help = "Start with `cargo xtask demo`. Before you send a change, run `cargo xtask test`.\n\
                  `cargo xtask help <command>` has examples."
)]
enum Command {
    /// Measure against bare wasmer in the same run, and write `target/bench/results.json`
    Bench(bench::Args),
    /// Check the book, run each command in it, and make its web pages
    Book(book::Args),
    /// Run crates of crates.io and their tests, and those of `std`, in plugins; write `tests/conformance/RESULTS.md`
    Conformance(conformance::Args),
    /// Build the example plugins and a host, and show each plugin on one thread and on all
    Demo(demo::Args),
    /// Feed changed bytes to all that reads a plugin's bytes
    Fuzz(fuzz::Args),
    /// Do what a newcomer does, with packages and outside of the workspace, and take the time
    Newcomer(newcomer::Args),
    /// Load, call, stop and unload plugins thousands of times, and fail if the process grows
    Soak(soak::Args),
    /// Run every check and every test
    Test(test::Args),
    /// Check formatting, dependencies, rooms, pages and lints
    Tidy(tidy::Args),
    /// Show, make or remove the toolchain that compiles plugins
    Toolchain(toolchain::Args),
    /// Give all packages a new version
    Version(version::Args),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Bench(args) => bench::run(&args),
        Command::Book(args) => book::run(&args),
        Command::Conformance(args) => conformance::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Newcomer(args) => newcomer::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Tidy(args) => tidy::run(&args),
        Command::Toolchain(args) => toolchain::run(&args),
        Command::Version(args) => version::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
