//! Loads, calls, stops and unloads plugins. Fails if that leaves anything behind. Run by `cargo xtask soak`.
//!
//! `soak <rounds> <seconds> <panics>`, or `soak manager <rounds> <seed>`

use anyhow::{Context, Result};
use std::time::Duration;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("manager").is_some() {
        let rounds = args.next().context("how many rounds?")?.parse().context("how many rounds?")?;
        let seed = args.next().context("which seed?")?.parse().context("which seed?")?;
        let folder = tempfile::tempdir()?;
        plugix_e2e::manager(rounds, folder.path(), |line| println!("plugins of a manager, {line}"))?;
        let folder = tempfile::tempdir()?;
        println!("plugins that are installed, with the seed {seed}");
        plugix_e2e::installed(rounds, seed, folder.path(), |line| println!("installed plugins, {line}"))?;
        println!("nothing was lost, and nothing was left");
        return Ok(());
    }
    let rounds = args.next().context("how many rounds?")?.parse().context("how many rounds?")?;
    let seconds = args.next().context("how many seconds?")?.parse().context("how many seconds?")?;
    let panics = args.next().context("how many panics?")?.parse().context("how many panics?")?;
    plugix_e2e::wake(Duration::from_secs(seconds), |line| println!("{line}"))?;
    plugix_e2e::panics(panics, |line| println!("calls that panic, {line}"))?;
    plugix_e2e::soak(rounds, |line| println!("plugins, {line}"))?;
    println!("nothing was left");
    Ok(())
}
