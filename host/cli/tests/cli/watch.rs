//! `plugix watch`: a file changes, and it is built and run again.

use crate::Plugix;
use crate::author::{begin, target_dir};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::io::BufReader;
use std::process::{Child, Stdio};

/// A watch that is under way.
struct Watching {
    child: Child,
    told: BufReader<std::process::ChildStderr>,
    printed: BufReader<std::process::ChildStdout>,
}

impl Watching {
    /// Waits for a line on standard error with this in it.
    fn told(&mut self, expected: &str) -> Result<String> {
        line_with(&mut self.told, expected)
    }

    /// Waits for a line on standard output with this in it.
    fn printed(&mut self, expected: &str) -> Result<String> {
        line_with(&mut self.printed, expected)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It has ended already if the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line_with(from: &mut impl std::io::BufRead, expected: &str) -> Result<String> {
    let mut all = String::new();
    loop {
        let mut line = String::new();
        ensure!(from.read_line(&mut line)? > 0, "no line has {expected:?}: {all}");
        if line.contains(expected) {
            return Ok(line);
        }
        all.push_str(&line);
    }
}

fn watch(plugix: &Plugix, folder: &str, arguments: &[&str]) -> Result<Watching> {
    let mut command = plugix.command();
    command.current_dir(plugix.file(folder)).arg("watch").args(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let told = BufReader::new(child.stderr.take().context("it is a pipe")?);
    let printed = BufReader::new(child.stdout.take().context("it is a pipe")?);
    Ok(Watching { child, told, printed })
}

/// What never ends, and says that it has begun.
const ENDLESS: &str = "println!(\"round and round\"); while std::hint::black_box(true) {}";

#[test]
fn a_change_builds_and_runs_again_and_ends_what_is_under_way() -> Result<()> {
    let plugix = Plugix::new()?;
    begin(&plugix, "watched", "plain")?;
    let source = plugix.file("watched/plugin/src/lib.rs");
    // A call without end has no deadline here.
    plugix.write("watched/plugin/plugix.toml", "")?;
    let first = fs::read_to_string(&source)?;
    ensure!(first.contains("Hello, {name}!"), "the template has another greeting: {first}");

    let target_dir = target_dir()?;
    let build = ["-p", "watched", "--target-dir", &target_dir, "--times", "4"];
    let mut watching = watch(&plugix, "watched", &[&build[..], &["run", "greet", "[\"Ada\"]"]].concat())?;
    assert_eq!(watching.printed("Ada")?, "\"Hello, Ada!\"\n");
    watching.told("plugix: waiting for a change in ")?;

    fs::write(&source, first.replace("Hello, {name}!", "Goodbye, {name}!"))?;
    watching.told("plugix: plugin/src/lib.rs has changed")?;
    assert_eq!(watching.printed("Ada")?, "\"Goodbye, Ada!\"\n");
    watching.told("plugix: waiting for a change in ")?;

    // The third never ends by itself.
    let head = "Result<String, GreetError> {";
    let endless = first.replacen(head, &format!("{head}\n{ENDLESS}"), 1);
    fs::write(&source, endless)?;
    watching.told("round and round")?;
    fs::write(&source, &first)?;
    watching.told("plugix: plugin/src/lib.rs has changed")?;
    assert_eq!(watching.printed("Ada")?, "\"Hello, Ada!\"\n");
    assert_eq!(watching.child.wait()?.code(), Some(0));
    Ok(())
}

/// A module that something else builds.
#[test]
fn a_module_that_changes_is_run_again() -> Result<()> {
    let plugix = Plugix::new()?;
    plugix.write("modules/m.wasm", fs::read(plugix_e2e::guest_path("small"))?)?;
    let mut watching = watch(&plugix, "modules", &["--times", "2", "run", "m.wasm", "octet", "[7]"])?;
    assert_eq!(watching.printed("")?, "7\n");
    watching.told("plugix: waiting for a change in ")?;
    plugix.write("modules/m.wasm", "(module)")?;
    watching.told("plugix: m.wasm has changed")?;
    watching.told("m.wasm: it is WebAssembly text")?;
    assert_eq!(watching.child.wait()?.code(), Some(1));
    Ok(())
}
