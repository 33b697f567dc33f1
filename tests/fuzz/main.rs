//! Feeds changed bytes to the code of the host that reads a plugin's bytes, and random modules to the whole host.
//! `cargo xtask fuzz` runs it.

mod host;
mod targets;

use anyhow::{Context as _, Result};
use std::path::Path;

fn main() -> Result<()> {
    if let Some(ended) = host::as_a_child() {
        return ended;
    }
    let args: Vec<_> = std::env::args().skip(1).collect();
    match &*args {
        [.., target, file] if target == host::NAME => host::repeat(Path::new(file)),
        [folder, runs, seed, target] if target == host::NAME => {
            host::fuzz(Path::new(folder), runs.parse().context("runs")?, seed.parse().context("a seed")?)
        }
        _ => plugix_fuzzing::main(&targets::TARGETS),
    }
}

#[test]
fn targets_hold_for_a_while() {
    plugix_fuzzing::hold_for_a_while(&targets::TARGETS);
}
