//! `cargo xtask tidy`: what no reviewer should have to look for.

mod boundaries;
mod examples;
mod fixtures;
mod guest_memory;
mod headers;
mod manifests;
mod packages;
pub(crate) mod pages;
mod rooms;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};

use crate::book;
use crate::engine_linked::{LLVM, SELECTION as ENGINE, root};
use crate::workspace::{self, LIGHT};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask tidy          # all checks; clippy takes minutes the first time\n  \
    cargo xtask tidy rooms    # which room of the host uses which\n  \
    cargo xtask tidy format   # a part of the name is enough")]
pub(crate) struct Args {
    /// Run only the checks whose name contains this; a name that no check has lists them all
    filter: Option<String>,
}

/// A check. It returns a line for each place that is wrong, and the line says what to do.
pub(crate) type Check = fn() -> Result<Vec<String>>;

/// The checks that read the sources: they take seconds.
pub(crate) const SOURCES: &[(&str, Check)] = &[
    ("formatting", formatting),
    ("file headers", headers::check),
    ("manifests", manifests::check),
    ("packages", packages::check),
    ("dependency boundaries", boundaries::check),
    ("fixtures", fixtures::check),
    ("examples", examples::check),
    ("pages", pages::check),
    ("book", book::check),
    ("rooms", rooms::check),
    ("guest memory", guest_memory::check),
];

/// The check that compiles. It takes minutes the first time, since it checks the engine's crates as well.
pub(crate) const LINTS: &[(&str, Check)] = &[("clippy", clippy)];

/// Those of what needs LLVM.
pub(crate) const LLVM_LINTS: &[(&str, Check)] = &[("clippy with LLVM", clippy_with_llvm)];

pub(crate) fn run(args: &Args) -> Result<()> {
    let chosen = |(name, _): &&(&str, Check)| args.filter.as_ref().is_none_or(|filter| name.contains(filter));
    let checks: Vec<_> = SOURCES.iter().chain(LINTS).filter(chosen).copied().collect();
    ensure!(!checks.is_empty(), "no check has such a name; there are {}", names().join(", "));
    let problems = problems(&checks)?.len();
    ensure!(problems == 0, "{problems} to do");
    Ok(())
}

/// Runs some checks, shows what each finds, and returns all of that.
pub(crate) fn problems(checks: &[(&str, Check)]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for (name, check) in checks {
        let problems = check().with_context(|| format!("the check {name}"))?;
        println!("{name}: {}", if problems.is_empty() { "tidy" } else { "NOT TIDY" });
        problems.iter().for_each(|problem| println!("  {problem}"));
        all.extend(problems);
    }
    Ok(all)
}

fn names() -> Vec<&'static str> {
    SOURCES.iter().chain(LINTS).map(|(name, _)| *name).collect()
}

fn formatting() -> Result<Vec<String>> {
    // Workspaces name the files of what they share.
    let mut files = BTreeSet::new();
    for workspace in workspace::ALL {
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
    // What an application can leave out of the host. The feature `llvm` isn't here: it can't be compiled without LLVM, which CI
    // doesn't have. `cargo xtask test --llvm` has its lints.
    for features in ["", "json", "network", "toml"] {
        let mut command = workspace::cargo();
        command.args(["clippy", "--release", "--package=plugix-host", "--lib", "--no-default-features"]);
        command.args(["--features", features, "--quiet", "--", "-D", "warnings"]);
        if !command.status()?.success() {
            problems.push(format!("clippy of plugix-host with the features {features:?}: see above"));
        }
    }
    Ok(problems)
}

fn clippy_with_llvm() -> Result<Vec<String>> {
    let mut command = workspace::cargo();
    command.arg("clippy").args(ENGINE).args([LLVM, "--all-targets", "--quiet", "--", "-D", "warnings"]);
    let problem = || format!("clippy {} {LLVM}: see above", ENGINE.join(" "));
    Ok(if command.status()?.success() { Vec::new() } else { vec![problem()] })
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
