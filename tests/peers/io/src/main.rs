//! Measures the work of `cargo xtask bench io` natively, in Plugix and in stock wasmer-wasix; run by `cargo xtask bench
//! io --peers`.

mod rows;
mod systems;
mod table;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use systems::System;

#[derive(Parser)]
#[command(about = "Compares files, sockets and hand-overs; run by `cargo xtask bench io --peers`")]
enum Command {
    /// Measure all systems in turn, print a table and write the results.
    Run {
        /// The program, as a module.
        module: PathBuf,
        /// Where the results go.
        results: PathBuf,
    },
    /// Measures one kind of work in one system. The program that started this process asks for it.
    #[command(hide = true)]
    Measure { system: System, module: PathBuf, kind: String, count: u32, rounds: u32 },
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Run { module, results } => table::show(&rows::measure(&module)?, &results),
        Command::Measure { system, module, kind, count, rounds } => {
            for time in systems::measure(system, &module, &kind, count, rounds)? {
                println!("{}", time.as_nanos());
            }
            Ok(())
        }
    }
}
