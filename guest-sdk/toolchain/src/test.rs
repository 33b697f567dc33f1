//! Runs the tests of plugin crates: cargo starts each test program with a runner, which is a host.

use std::ffi::OsString;
use std::process::{ExitStatus, Stdio};

use crate::action::Action;
use crate::c_compiler::CCompiler;
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{Build, Error, Toolchain, cargo, process};

/// How tests are run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The program that runs a test program, and its first arguments. The test program and its arguments follow.
    pub runner: Vec<String>,
    /// Which test programs, as cargo takes it: `--lib`, `--test=name`. Without any, it is all of them.
    pub selection: Vec<String>,
    /// What cargo and the test programs get: a filter, options of cargo's, and `--` with options for the programs.
    pub arguments: Vec<OsString>,
}

impl Toolchain {
    /// Builds tests as [`build`](Self::build) does, and lets cargo run them. Their output is that of this process. Returns
    /// how cargo ended: tests that fail are no error.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn test(&self, request: &Build, run: &Run, progress: Progress) -> Result<ExitStatus, Error> {
        let mut request = Build { action: Action::Test, tests: true, ..request.clone() };
        match run.selection.is_empty() {
            // Without it, cargo would try the examples in the documentation as well.
            true => request.arguments.push("--tests".to_owned()),
            false => request.arguments.extend_from_slice(&run.selection),
        }
        self.build(&request, progress)?;
        let workspace = Workspace::read(&request.manifest)?;
        let c = CCompiler::of(self)?;
        let mut command = self.cargo(&c, &request, &workspace, |_| ())?;
        let runner = format!("target.{}.runner={:?}", request.target, run.runner);
        command.arg("--config").arg(runner).args(&run.arguments);
        command.stdin(Stdio::inherit());
        command.status().map_err(|source| process::cannot_run(&command, cargo::HELP, source))
    }
}
