//! The commands that a watch starts: this program, with other arguments.

use super::{Action, Args, Passed};
use crate::cargo_args;
use anyhow::{Context as _, Result, bail};
use plugix_toolchain::{Build, Workspace};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

impl Args {
    /// The module that is run, if it isn't built here.
    pub(super) fn module(&self) -> Option<&Path> {
        match &self.action {
            Some(Action::Run(Passed { arguments })) => arguments.first().map(Path::new).filter(|path| path.is_file()),
            _ => None,
        }
    }

    /// Whether a module is built, and then run.
    pub(super) fn builds_first(&self) -> bool {
        matches!(self.action, Some(Action::Run(_))) && self.module().is_none()
    }

    /// The first command for one change.
    pub(super) fn command(&self) -> Result<Command> {
        let (name, passed) = match &self.action {
            None => ("build", &[][..]),
            Some(Action::Build(passed)) => ("build", &*passed.arguments),
            Some(Action::Check(passed)) => ("check", &*passed.arguments),
            Some(Action::Clippy(passed)) => ("clippy", &*passed.arguments),
            Some(Action::Test(passed)) => ("test", &*passed.arguments),
            Some(Action::Run(passed)) if self.module().is_some() => ("run", &*passed.arguments),
            Some(Action::Run(_)) => {
                let mut command = own(&["build", "--json"])?;
                command.args(self.build_arguments()).stdout(Stdio::piped());
                return Ok(command);
            }
        };
        let mut command = own(&[name])?;
        if name != "run" {
            command.args(self.build_arguments());
        }
        command.args(passed);
        Ok(command)
    }

    /// The command that runs what `plugix build --json` has built.
    pub(super) fn run_command(&self, built: &[u8]) -> Result<Command> {
        let built: Value = serde_json::from_slice(built).context("the build says what it has built")?;
        let plugins: Vec<_> =
            built.as_array().into_iter().flatten().filter_map(|module| module["path"].as_str()).collect();
        let [module] = plugins.as_slice() else {
            bail!("{} modules were built: name one package with `-p`", plugins.len());
        };
        let mut command = own(&["run", module])?;
        if let Some(Action::Run(passed)) = &self.action {
            command.args(&passed.arguments);
        }
        // What the module may do is beside its sources, and not beside what was built.
        let policy = self.manifest()?.with_file_name("plugix.toml");
        if policy.is_file() && !command.get_args().any(|argument| argument == "--policy") {
            command.arg("--policy").arg(policy);
        }
        Ok(command)
    }

    fn manifest(&self) -> Result<PathBuf> {
        let manifest = cargo_args::manifest(self.manifest_path.as_deref())?;
        let workspace = Workspace::read(&manifest)?;
        let request = Build { packages: self.package.iter().cloned().collect(), ..Build::new(&manifest) };
        let packages = workspace.chosen(&request);
        let plugin = packages.iter().find(|package| package.has_cdylib());
        Ok(plugin.map_or(manifest, |package| package.manifest_path.clone()))
    }

    fn build_arguments(&self) -> Vec<String> {
        let path =
            |option: &str, path: &Option<PathBuf>| path.as_ref().map(|path| format!("{option}={}", path.display()));
        let package = self.package.as_ref().map(|name| format!("--package={name}"));
        let release = self.release.then(|| "--release".to_owned());
        let paths = [path("--manifest-path", &self.manifest_path), path("--target-dir", &self.target_dir)];
        package.into_iter().chain(release).chain(paths.into_iter().flatten()).collect()
    }
}

/// This command with other arguments.
fn own(arguments: &[&str]) -> Result<Command> {
    let program = std::env::current_exe().context("can't find the program that is running")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    Ok(command)
}
