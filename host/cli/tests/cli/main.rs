//! The `plugix` command as its users see it: what it prints, and how it ends.

mod author;
mod crates;
mod diff;
mod fake;
mod fleet;
mod grants;
mod kept;
mod messages;
mod mistakes;
mod restore;
mod run;
mod trouble;
mod watch;

use anyhow::{Context, Result};
use plugix_toolchain::{CACHE_VAR, Environment, Survey};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the command left behind.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    #[track_caller]
    fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    #[track_caller]
    fn failed(self) -> String {
        self.failed_with(1)
    }

    #[track_caller]
    fn failed_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        self.stderr
    }
}

/// Runs the command. The user's cache is a folder of the test's own.
struct Plugix(tempfile::TempDir);

impl Plugix {
    fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().context("it is in the folder")?)?;
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// The command, with what was compiled in a folder of the test's own. Its compiler for plugins is the user's.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plugix"));
        let cache = Survey::take(&Environment::current()).map(|survey| survey.cache().root().to_owned());
        command.env("XDG_CACHE_HOME", self.0.path()).envs(cache.ok().map(|cache| (CACHE_VAR, cache)));
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, args: &[impl AsRef<OsStr>]) -> Result<Outcome> {
        outcome(self.command().args(args))
    }

    /// The same in a folder below the test's own.
    fn run_in(&self, folder: &str, args: &[&str]) -> Result<Outcome> {
        outcome(self.command().args(args).current_dir(self.file(folder)))
    }

    fn run_module(&self, path: &Path, args: &[&str]) -> Result<Outcome> {
        self.run(&[&[OsStr::new("run"), path.as_ref()], &args.iter().map(OsStr::new).collect::<Vec<_>>()[..]].concat())
    }
}

fn outcome(command: &mut Command) -> Result<Outcome> {
    let output = command.output()?;
    let text = |bytes| String::from_utf8(bytes).context("it prints text");
    Ok(Outcome { code: output.status.code(), stdout: text(output.stdout)?, stderr: text(output.stderr)? })
}
