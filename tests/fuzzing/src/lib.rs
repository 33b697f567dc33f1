//! Feeds changed bytes to code that reads a plugin's bytes: what all fuzz targets share. `cargo xtask fuzz` runs them.
//!
//! A target is a function of bytes. It panics when something is wrong, and returns a number for the kind of outcome. An
//! input with a new kind of outcome joins those that are changed further. Everything follows from the seed.

mod changes;

use anyhow::{Context, Result, ensure};
use changes::Changes;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Inputs that are kept, to be changed further. A later one replaces any of them.
const CORPUS_MAX: usize = 2000;

/// One thing that reads a plugin's bytes.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if something is wrong. Otherwise it returns a number for the kind of outcome.
    pub run: fn(&[u8]) -> u64,
}

/// A number for anything.
pub fn kind(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Bytes with their length in front, as in a custom section.
pub fn framed(record: &[u8]) -> Vec<u8> {
    [&(record.len() as u32).to_le_bytes()[..], record].concat()
}

/// The `main` of a program with these targets: `PROGRAM FOLDER RUNS SEED [TARGET]`.
///
/// # Errors
/// The arguments are wrong, or a target fails. Its input is in the folder then.
pub fn main(all: &[Target]) -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let failures = PathBuf::from(args.next().context("name the folder for inputs that fail")?);
    let mut number = || -> Result<u64> {
        let arg = args.next().context("name the number of runs, and the seed")?;
        Ok(arg.to_str().context("a number")?.parse()?)
    };
    let runs = number()?;
    let seed = number()?;
    let wanted = args.next();
    let targets = || all.iter().filter(|target| wanted.as_ref().is_none_or(|wanted| wanted == target.name));
    ensure!(
        targets().count() > 0,
        "the targets are {}",
        all.iter().map(|target| target.name).collect::<Vec<_>>().join(", ")
    );
    for target in targets() {
        let kinds = fuzz(target, runs, seed).map_err(|input| {
            let path = keep(&failures, target.name, &input);
            anyhow::anyhow!("{} fails; its input: {path}", target.name)
        })?;
        println!("{}: {runs} runs, {kinds} kinds of outcome, no failure", target.name);
    }
    Ok(())
}

/// Runs each target for a while.
///
/// # Panics
/// A target fails, or never gets far.
pub fn hold_for_a_while(all: &[Target]) {
    for target in all {
        let kinds = fuzz(target, 5000, 7).unwrap_or_else(|input| panic!("{}: {}", target.name, input.escape_ascii()));
        assert!(kinds > 5, "{} never gets far", target.name);
    }
}

/// Runs a target. Returns how many kinds of outcome there were, or the input on which the target failed.
fn fuzz(target: &Target, runs: u64, seed: u64) -> Result<usize, Vec<u8>> {
    let mut changes = Changes::new(seed);
    let mut corpus = (target.seeds)();
    let mut kinds = HashSet::new();
    let mut begun = corpus.clone().into_iter();
    for _ in 0..runs {
        // The seeds come first, as they are.
        let input = begun.next().unwrap_or_else(|| changes.change(&corpus));
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let Ok(kind) = outcome else { return Err(input) };
        if kinds.insert(kind) {
            match corpus.len() {
                ..CORPUS_MAX => corpus.push(input),
                len => corpus[changes.below(len)] = input,
            }
        }
    }
    Ok(kinds.len())
}

/// Writes the input down, and says where. If that fails, it shows the input as text.
fn keep(folder: &Path, target: &str, input: &[u8]) -> String {
    let path = folder.join(format!("{target}.bin"));
    match std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, input)) {
        Ok(()) => path.display().to_string(),
        Err(_) => input.escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_found_and_shown() {
        let run = |input: &[u8]| -> u64 {
            assert!(!input.starts_with(b"ab"), "found");
            u64::from(input.starts_with(b"a"))
        };
        let target = Target { name: "example", seeds: || vec![b"xy".to_vec()], run };
        let input = fuzz(&target, 1_000_000, 1).unwrap_err();
        assert!(input.starts_with(b"ab"));
        assert_eq!(fuzz(&target, 1_000_000, 1).unwrap_err(), input, "it follows from the seed");
    }
}
