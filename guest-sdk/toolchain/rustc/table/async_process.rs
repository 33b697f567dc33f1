//! There are no processes. What asks for one gets an error.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

pub use std::process::{ExitStatus, Output, Stdio};

/// Never there: no process can be started.
#[derive(Debug)]
pub enum Child {}

/// Never there.
#[derive(Debug)]
pub enum ChildStdin {}

/// Never there.
#[derive(Debug)]
pub enum ChildStdout {}

/// Never there.
#[derive(Debug)]
pub enum ChildStderr {}

/// What would be started.
#[derive(Debug)]
pub struct Command {
    inner: std::process::Command,
}

impl From<std::process::Command> for Command {
    fn from(inner: std::process::Command) -> Self {
        Self { inner }
    }
}

impl Command {
    pub fn new<S: AsRef<OsStr>>(program: S) -> Command {
        std::process::Command::new(program).into()
    }

    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Command {
        self.inner.arg(arg);
        self
    }

    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&mut self, args: I) -> &mut Command {
        self.inner.args(args);
        self
    }

    pub fn env<K: AsRef<OsStr>, V: AsRef<OsStr>>(&mut self, key: K, value: V) -> &mut Command {
        self.inner.env(key, value);
        self
    }

    pub fn current_dir<P: AsRef<Path>>(&mut self, folder: P) -> &mut Command {
        self.inner.current_dir(folder);
        self
    }

    pub fn stdin<T: Into<Stdio>>(&mut self, stdio: T) -> &mut Command {
        self.inner.stdin(stdio);
        self
    }

    pub fn stdout<T: Into<Stdio>>(&mut self, stdio: T) -> &mut Command {
        self.inner.stdout(stdio);
        self
    }

    pub fn stderr<T: Into<Stdio>>(&mut self, stdio: T) -> &mut Command {
        self.inner.stderr(stdio);
        self
    }

    pub fn spawn(&mut self) -> io::Result<Child> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub async fn status(&mut self) -> io::Result<ExitStatus> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub async fn output(&mut self) -> io::Result<Output> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Nothing has to be driven.
pub async fn driver() {
    std::future::pending().await
}
