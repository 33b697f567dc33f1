//! Runs a test program as a plugin. A test that ends or hangs the program is named, and the others run.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::super::{exit, not_done, prepare};
use super::events::{Outcome, Told};

/// What runs programs.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    /// `plugix`.
    pub(super) cli: &'a Path,
    /// Where runs have their folders.
    pub(super) folder: PathBuf,
    /// How long a test may print nothing.
    pub(super) patience: Duration,
}

impl Runner<'_> {
    /// What came of each test of a program but those to skip.
    pub(super) fn run(&self, module: &Path, skips: &[&str]) -> Result<Vec<(String, Outcome)>> {
        let mut results = Vec::new();
        let mut is_again = false;
        loop {
            let done = results.iter().map(|(name, _): &(String, _)| &**name);
            let (told, end) = self.start(module, &skipping(skips.iter().copied().chain(done)))?;
            results.extend(told.done);
            match told.running {
                // It is run alone below.
                Some(name) => results.push((name, Outcome::Failed(end))),
                None if told.complete => break,
                // The machine may have been busy otherwise.
                None if !is_again => is_again = true,
                None => {
                    results.push(("(the program)".to_owned(), Outcome::Failed(end)));
                    return Ok(results);
                }
            }
        }
        for (name, outcome) in results.iter_mut().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))) {
            let (again, _) = self.start(module, &["--exact", name])?;
            if again.done.iter().any(|(_, outcome)| *outcome == Outcome::Passed) {
                *outcome = Outcome::PassedLater;
            }
        }
        Ok(results)
    }

    /// Runs the program once; also tells how it ended.
    fn start(&self, module: &Path, arguments: &[&str]) -> Result<(Told, String)> {
        let own = ["--test-threads=1", "-Zunstable-options", "--format=json"];
        let policy = prepare(&self.folder, own.iter().chain(arguments).copied())?;
        let log = File::create(self.folder.join("stderr.txt"))?;
        let mut command = Command::new(self.cli);
        command.arg("run").arg("--policy").arg(policy).arg(module);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).split(b'\n').map_while(Result::ok);
            lines.map_while(|line| sender.send(line).ok()).for_each(drop);
        });
        let mut told = Told::default();
        loop {
            match lines.recv_timeout(self.patience) {
                Ok(line) => told.read(&String::from_utf8_lossy(&line)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    child.kill()?;
                    child.wait()?;
                    return Ok((told, not_done(self.patience.as_secs())));
                }
            }
        }
        Ok((told, exit(child.wait()?.code())))
    }
}

/// The arguments that leave out tests.
fn skipping<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    std::iter::once("--exact").chain(names.flat_map(|name| ["--skip", name])).collect()
}
