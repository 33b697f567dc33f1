//! Loads, calls, stops and unloads plugins. Fails if that leaves anything behind. Run by `cargo xtask soak`.
//!
//! `soak <rounds>`

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).context("how many rounds?")?.parse().context("how many rounds?")?;
    plugix_e2e::soak(rounds, |line| println!("{line}"))?;
    println!("nothing was left");
    Ok(())
}
