//! Makes a module that fails smaller, and keeps it.

use super::case::Case;
use super::supervise::{self, Failure};
use super::{NAME, generate};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// How often it is tried with fewer statements.
const ATTEMPTS: u32 = 40;

/// Leaves out what the failure doesn't need, and writes the rest down.
pub(super) fn keep(folder: &Path, failure: &Failure) -> Result<PathBuf> {
    let case: Case = failure.case.parse().unwrap_or(Case::File(PathBuf::new()));
    let Case::Seed { seed, mut without } = case else { bail!("{failure}") };
    let fails = |without: &[u32]| -> Result<bool> {
        Ok(supervise::run(&[Case::Seed { seed, without: without.to_vec() }], |_| {})?.is_some())
    };
    // What fails only after others can't be made smaller alone.
    if fails(&without)? {
        let count = generate::module(seed, &[]).1;
        let (mut size, mut attempts) = (count.div_ceil(2), 0);
        while size > 0 && attempts < ATTEMPTS {
            for start in (0..count).step_by(size as usize) {
                let more = (start..count.min(start + size)).filter(|number| !without.contains(number));
                let candidate: Vec<_> = without.iter().copied().chain(more).collect();
                if candidate.len() > without.len() && attempts < ATTEMPTS {
                    attempts += 1;
                    if fails(&candidate)? {
                        without = candidate;
                    }
                }
            }
            size /= 2;
        }
    }
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{NAME}-{seed}.wat"));
    fs::write(&path, Case::Seed { seed, without }.kept()?)?;
    Ok(path)
}
