//! Builds plugin crates from the command line and prints the paths of their modules.
//!
//! `cargo run -p plugix-toolchain --example build-guests -- <Cargo.toml> <package>…`

use std::process::ExitCode;

use plugix_toolchain::{Build, Error, Progress, Toolchain};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.chain());
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let manifest = arguments.next().unwrap_or_else(|| "Cargo.toml".to_owned());
    let request = Build { examples: true, bins: true, packages: arguments.collect(), ..Build::new(manifest) };
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    for module in toolchain.build(&request, Progress::stderr())? {
        println!("{}", module.path.display());
    }
    Ok(())
}
