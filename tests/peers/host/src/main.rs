//! Measures the same work in Plugix and in other systems, and writes down how they compare.

mod guests;
mod measure;
mod report;
mod run;
mod serve;
mod system;
mod systems;
mod workload;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Compares Plugix with other systems; run by `cargo xtask bench --peers`")]
enum Command {
    /// Measure all systems in turn and write the results.
    Run(run::Args),
    /// Measures one system. The program that started this process asks for it.
    #[command(hide = true)]
    Serve(serve::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Run(args) => run::run(&args),
        Command::Serve(args) => serve::run(&args),
    }
}
