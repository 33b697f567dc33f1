//! Watches over processes in which modules run.

use super::case::Case;
use anyhow::{Context as _, Result};
use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Tells the child its cases.
const CASES: &str = "PLUGIX_FUZZ_CASES";

/// How long the child may say nothing. It would have told of a module that is late.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a child said of one module.
pub(super) struct Ran {
    pub(super) ends: String,
    pub(super) late: Duration,
    pub(super) time: Duration,
}

/// Which case failed, and how.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) case: String,
    pub(super) why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, self.why)
    }
}

/// What this process is to run, if it is a child.
pub(super) fn asked() -> Option<String> {
    std::env::var(CASES).ok()
}

/// Runs some cases in a process of their own.
pub(super) fn run(cases: &[Case], mut ran: impl FnMut(Ran)) -> Result<Option<Failure>> {
    let lines: Vec<_> = cases.iter().map(ToString::to_string).collect();
    let mut stderr = tempfile::tempfile()?;
    let mut command = Command::new(std::env::current_exe()?);
    // A test binary has no `main` of ours.
    if cfg!(test) {
        command.args(["host::a_child_of_another_test", "--exact", "--nocapture", "--test-threads=1"]);
    }
    command.env(CASES, lines.join("\n")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr.try_clone()?);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().context("it is piped")?;
    let (line, said) = channel();
    std::thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).all(|said| line.send(said).is_ok())
    });

    let mut case = "before the first module".to_owned();
    let why = loop {
        match said.recv_timeout(PATIENCE) {
            Ok(said) => {
                let mut words = said.strip_prefix("fuzz ").unwrap_or_default().splitn(2, ' ');
                match (words.next(), words.next()) {
                    (Some("begin"), Some(begun)) => begun.clone_into(&mut case),
                    (Some("end"), Some(numbers)) => {
                        let mut words = numbers.splitn(3, ' ');
                        let mut next = || words.next().unwrap_or_default();
                        let mut time = || Duration::from_micros(next().parse().unwrap_or_default());
                        let (late, time) = (time(), time());
                        ran(Ran { ends: next().to_owned(), late, time });
                    }
                    _ => {}
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                let where_it_hangs = stacks(&child);
                child.kill()?;
                child.wait()?;
                break format!("the process hangs\n{where_it_hangs}");
            }
            Err(RecvTimeoutError::Disconnected) => match child.wait()? {
                status if status.success() => return Ok(None),
                status => break format!("the process ended with {status}"),
            },
        }
    };
    let mut text = String::new();
    stderr.rewind()?;
    stderr.read_to_string(&mut text)?;
    let text: String = text.chars().take(6_000).collect();
    Ok(Some(Failure { case, why: format!("{why}\n{text}") }))
}

/// What each thread of a process waits for.
fn stacks(child: &Child) -> String {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    tasks.map(|task| format!("{}: {}\n", read(task.path().join("comm")), read(task.path().join("wchan")))).collect()
}
