//! Has a plugin or a program leave a dump.

use super::Args;
use crate::print;
use anyhow::{Context as _, Result};
use plugix_host::dump::Dumps;
use std::process::ExitCode;
use std::time::Duration;

/// Longer than a dump may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs a plugin or a program, and waits until its dump is written. That there is one is told as what has happened to it.
pub(super) fn during(args: &Args, run: impl FnOnce(Option<&Dumps>) -> Result<ExitCode>) -> Result<ExitCode> {
    let Some(folder) = &args.dump else { return run(None) };
    let dumps = Dumps::to(folder).context("--dump")?;
    let outcome = run(Some(&dumps));
    if !dumps.wait(PATIENCE) {
        print::tell("--dump: it takes too long to write, and is left out");
    }
    outcome
}
