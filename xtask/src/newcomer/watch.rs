//! `plugix watch`: a change is followed by another run.

use super::steps::Steps;
use anyhow::{Context as _, Result, ensure};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What the command says when a run has ended.
const WAITING: &str = "waiting for a change";

/// Starts a command that ends after two runs, and makes a change when the first has ended.
pub(super) fn once(steps: &mut Steps, command: &mut Command, change: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("newcomer: watch");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut said = BufReader::new(child.stderr.take().context("it was piped")?).lines();
    let mut heard = Vec::new();
    // The rest is read as well: who says something that nobody reads ends.
    let mut wait_for = |end: &str| -> Result<bool> {
        for line in said.by_ref() {
            heard.push(line?);
            if heard.last().is_some_and(|line| line.contains(end)) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let has_run = wait_for(WAITING)?;
    let start = Instant::now();
    if has_run {
        change()?;
        while wait_for(WAITING)? {}
    }
    let status = child.wait()?;
    ensure!(has_run && status.success(), "{command:?} failed, {status}\n{}", heard.join("\n"));
    steps.add("watch: from a change to the tested plugin".to_owned(), start.elapsed());
    steps.goal("watch: a changed line", 1, 5);
    Ok(())
}
