//! Tests in a process of their own: for tests that count threads or bytes, or that read what the process prints.

use anyhow::{Context, Result, ensure};
use std::process::{Command, Output};

/// Tells the child which test's body it runs.
const CHILD: &str = "PLUGIX_ISOLATED_TEST";

/// Runs the body of a test in a fresh process, where nothing else runs. `test` is the test's path in its binary.
/// Returns what that process printed.
///
/// # Errors
/// In the child those of `body`. In the parent, if the child fails or doesn't know the test.
pub fn isolated(test: &str, body: impl FnOnce() -> Result<()>) -> Result<Option<Output>> {
    isolated_under(&["env"], test, body)
}

/// The same, started by another program. That program changes what the process may do or knows, and then runs the
/// command that it gets: `["env", "COLOUR=blue"]`.
///
/// # Errors
/// Those of [`isolated`].
pub fn isolated_under(starter: &[&str], test: &str, body: impl FnOnce() -> Result<()>) -> Result<Option<Output>> {
    if std::env::var_os(CHILD).is_some_and(|name| name == test) {
        return body().map(|()| None);
    }
    let (program, starter) = starter.split_first().context("a program")?;
    let output = Command::new(program)
        .args(starter)
        .arg(std::env::current_exe()?)
        .args([test, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(CHILD, test)
        .output()?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let ran = output.status.success() && stdout.contains("1 passed");
    ensure!(ran, "{test} in its own process: {}\n{stdout}{}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(Some(output))
}
