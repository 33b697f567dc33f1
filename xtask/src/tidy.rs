//! `cargo xtask tidy`: what a reviewer should not have to look for.

mod boundaries;
mod fixtures;
mod guest_memory;
mod headers;
mod manifests;
mod rooms;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::engine_linked::{SELECTION as ENGINE, root};
use crate::workspace::{self, LIGHT, PEERS};

#[derive(clap::Args)]
pub(crate) struct Args {}

/// A check: what is wrong, a line for each place, that says what to do.
type Check = fn() -> Result<Vec<String>>;

const CHECKS: [(&str, Check); 8] = [
    ("formatting", formatting),
    ("file headers", headers::check),
    ("manifests", manifests::check),
    ("dependency boundaries", boundaries::check),
    ("fixtures", fixtures::check),
    ("rooms", rooms::check),
    ("guest memory", guest_memory::check),
    ("clippy", clippy),
];

pub(crate) fn run(_: &Args) -> Result<()> {
    let mut count = 0;
    for (name, check) in CHECKS {
        let problems = check()?;
        println!("{name}: {}", if problems.is_empty() { "tidy" } else { "NOT TIDY" });
        problems.iter().for_each(|problem| println!("  {problem}"));
        count += problems.len();
    }
    if count > 0 {
        bail!("{count} to do");
    }
    Ok(())
}

fn formatting() -> Result<Vec<String>> {
    // Both workspaces name the files of what they share.
    let mut files = BTreeSet::new();
    for workspace in ["Cargo.toml", PEERS] {
        let unformatted = output(&["fmt", "--manifest-path", workspace, "--all", "--check", "--", "-l"])?;
        files.extend(unformatted.lines().map(|line| relative(line.as_ref())));
    }
    Ok(files.into_iter().map(|file| format!("{file}: run `cargo fmt --all` in its workspace")).collect())
}

fn clippy() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for packages in [&LIGHT[..], &ENGINE[..]] {
        let mut command = workspace::cargo();
        command.arg("clippy").args(packages).args(["--all-targets", "--quiet", "--", "-D", "warnings"]);
        if !command.status()?.success() {
            problems.push(format!("clippy {}: see above", packages.join(" ")));
        }
    }
    Ok(problems)
}

/// What cargo prints to standard output, whether it succeeds or not.
fn output(args: &[&str]) -> Result<String> {
    let output = workspace::cargo().args(args).stderr(std::process::Stdio::inherit()).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// A path as it is to be shown.
fn relative(path: &std::path::Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
