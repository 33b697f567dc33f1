//! What can go wrong. Each error says what was looked for, where, and what would help.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// What programs say when a disk is full.
const NO_ROOM: [&str; 3] = ["No space left on device", "Disk quota exceeded", "enough free space"];

/// An error of finding, composing or using a toolchain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No variable names a place for the cache.
    #[error("no folder for the cache: neither PLUGIX_CACHE nor XDG_CACHE_HOME nor HOME is set; set PLUGIX_CACHE")]
    NoCacheFolder,

    /// Every provider was passed over. Carries the survey's report.
    #[error("no toolchain for wasm32-wasmer-wasi can be had on this machine\n{report}")]
    NoToolchain {
        /// One line for each provider, with the reason.
        report: String,
    },

    /// A file or folder could not be used.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// A program could not be started.
    #[error("cannot run {program} ({help})")]
    CannotRun {
        /// The program that was looked for.
        program: String,
        /// What would supply it.
        help: &'static str,
        /// The system's answer.
        source: io::Error,
    },

    /// A program ran and failed.
    #[error("{command} failed ({status})\n{stderr}")]
    Failed {
        /// The program and its arguments.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it printed on its standard error.
        stderr: String,
    },

    /// A program's output, or a file of the cache, was not in the expected form.
    #[error("cannot make sense of {what}: {problem}")]
    Malformed {
        /// The output or file.
        what: String,
        /// What is wrong with it.
        problem: String,
    },

    /// Debian's archive could not be reached.
    #[error(
        "Debian's archive can't be had: {problem}; look at the network and at apt's proxy, or do without the archive: {help}"
    )]
    NoArchive {
        /// What apt says.
        problem: String,
        /// What would supply the same.
        help: &'static str,
    },

    /// The disk is full.
    #[error(
        "no room for {what} ({problem}): a toolchain takes about 2 GB, so free some, or set PLUGIX_CACHE to a folder that has them"
    )]
    NoRoom {
        /// The file, or the program that writes.
        what: String,
        /// What the system or the program says.
        problem: String,
    },

    /// The archive has no suitable packages.
    #[error("{archive} has no {wanted}; {help}")]
    NoPackages {
        /// The package sources that were asked.
        archive: String,
        /// The packages that were looked for.
        wanted: String,
        /// What would help.
        help: &'static str,
    },

    /// The sources of the standard library are not those that an edit of the overlay is for.
    #[error(
        "overlay edit \"{purpose}\": {file} has {found} places that read `{expected}`, expected exactly one; this rustc needs a newer plugix-toolchain, or set PLUGIX_TOOLCHAIN to a WASIX toolchain"
    )]
    Overlay {
        /// Why the edit exists.
        purpose: &'static str,
        /// The source file, relative to the library folder.
        file: &'static str,
        /// The text that the edit replaces.
        expected: &'static str,
        /// How often the text occurs.
        found: usize,
    },

    /// A crate has C code, and there is no compiler for it.
    #[error("{what} has C code, and there is no clang for it: {reason}; {help}")]
    NoClang {
        /// The packages that were asked for.
        what: String,
        /// What was looked for, and why it can't be fetched.
        reason: String,
        /// What would help.
        help: &'static str,
    },

    /// An installed toolchain has no standard library for a target.
    #[error(
        "{} has no standard library for {target}; install it there, or unset PLUGIX_TOOLCHAIN so that a toolchain is composed",
        toolchain.display()
    )]
    NoTarget {
        /// The toolchain's folder.
        toolchain: PathBuf,
        /// The target.
        target: String,
    },

    /// An installed toolchain has no sources of the standard library that are as its library is.
    #[error("{} has not the sources of its standard library; unset PLUGIX_TOOLCHAIN so that a toolchain is composed", toolchain.display())]
    NoSources {
        /// The toolchain's folder.
        toolchain: PathBuf,
    },

    /// The compiler that the toolchain is made of has no clippy.
    #[error(
        "there is no clippy for plugins: {} has no clippy-driver; with rustup: `rustup component add clippy rust-src`, and the toolchain is made of rustup's compiler",
        compiler.display()
    )]
    NoClippy {
        /// The compiler's folder.
        compiler: PathBuf,
    },

    /// Cargo could not build the plugins. Its diagnostics have been printed on standard error.
    #[error(
        "building {what} for {target} failed ({status}); the compiler's messages are above{}",
        lacking.map(|lacking| format!("; {lacking}")).unwrap_or_default()
    )]
    Compile {
        /// The packages that were asked for.
        what: String,
        /// What they were to be built for.
        target: String,
        /// How cargo ended.
        status: ExitStatus,
        /// What a crate wanted that plugins don't have, and what to do.
        lacking: Option<&'static str>,
    },
}

impl Error {
    /// The error and its causes in one line, for whoever prints it.
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            line += &format!(": {error}");
            cause = error.source();
        }
        line
    }

    /// For `map_err` on file operations.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::NoRoom { what: path.display().to_string(), problem: source.to_string() }
            }
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }

    /// For a program that has failed. Programs tell in words why.
    pub(crate) fn failed(command: String, status: ExitStatus, stderr: String) -> Self {
        match stderr.lines().find(|line| NO_ROOM.iter().any(|words| line.contains(words))) {
            Some(problem) => Self::NoRoom { what: command, problem: problem.trim().to_owned() },
            None => Self::Failed { command, status, stderr },
        }
    }

    /// For output or files that were read but not understood.
    pub(crate) fn malformed(what: impl Into<String>, problem: impl ToString) -> Self {
        Self::Malformed { what: what.into(), problem: problem.to_string() }
    }
}
