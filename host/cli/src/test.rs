//! `plugix test`.

use crate::cargo_args::CargoArgs;
use crate::crates;
use anyhow::{Context as _, Result, anyhow};
use plugix_toolchain::{Build, Error, Progress, TestRun, Toolchain, Workspace};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix test                            # all tests of the crate, in the sandbox\n  \
    plugix test greets                     # those with this in their name\n  \
    plugix test --test api -- --nocapture  # those of tests/api.rs, with what they print\n\n\
    Tests may do what the `plugix.toml` beside the crate's Cargo.toml says. They also read the crate's folder, which is\n\
    the current one, have a folder for temporary files, and no deadline.\n\
    Tests run on this machine, without a sandbox, with `cargo test`.")]
pub(crate) struct Args {
    /// Only tests with this in their name
    filter: Option<String>,
    #[command(flatten)]
    cargo: CargoArgs,
    /// Only the unit tests of the library
    #[arg(long, help_heading = "What")]
    lib: bool,
    /// Only the tests of this file in `tests`; can be given several times
    #[arg(long, value_name = "NAME", help_heading = "What")]
    test: Vec<String>,
    /// Run the other test programs when one has failed
    #[arg(long, help_heading = "How")]
    no_fail_fast: bool,
    /// What test programs get: `--nocapture`, `--test-threads=1`, …
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (request, workspace) = args.cargo.request()?;
    // A library without a `cdylib` has tests all the same.
    crates::check(&Build { bins: true, ..request.clone() }, &workspace)?;
    let program = std::env::current_exe().context("can't find the program that is running")?;
    let program = program.into_os_string().into_string();
    let program = program.map_err(|path| anyhow!("{}: this path is no text, and cargo wants one", path.display()))?;
    let selection = args.lib.then(|| "--lib".to_owned()).into_iter();
    let arguments = args.no_fail_fast.then(|| "--no-fail-fast".into()).into_iter();
    let arguments = arguments.chain(args.filter.iter().map(Into::into)).chain(["--".into()]);
    let run = TestRun {
        runner: vec![program, "runner".to_owned()],
        selection: selection.chain(args.test.iter().map(|name| format!("--test={name}"))).collect(),
        arguments: arguments.chain(args.arguments.iter().map(Into::into)).collect(),
    };
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    match toolchain.test(&request, &run, Progress::stderr()) {
        Ok(status) => Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))),
        Err(error @ Error::Compile { .. }) => Err(advised(&request, &workspace, error)),
        Err(error) => Err(error.into()),
    }
}

/// Files in `tests` see a crate as others do, and a `cdylib` alone shows nothing to others.
fn advised(request: &Build, workspace: &Workspace, error: Error) -> anyhow::Error {
    let packages = workspace.chosen(request);
    match packages.iter().find(|package| package.has_integration_tests() && !package.has_rlib()) {
        Some(package) => anyhow!(
            "{error}\nthe files in `tests` can't use `{}`: write `crate-type = [\"cdylib\", \"rlib\"]` into {}",
            package.name,
            package.manifest_path.display()
        ),
        None => error.into(),
    }
}
