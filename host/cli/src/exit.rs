//! How the command ends: its exit codes.

use std::process::ExitCode;

/// What `plugix --help` says of them. Wrong arguments are clap's.
pub(crate) const HELP: &str = "Exit codes:\n  \
    0    done\n  \
    1    it can't be done; the message says why\n  \
    2    the command line is wrong\n  \
    3    the method that was called returned an error\n  \
    4    the plugin failed: it panicked, trapped, exited or was stopped\n  \
    5    a host or a plugin of the other module doesn't fit any more (`plugix diff`)\n  \
    101  tests failed (`plugix test`)\n  \
    130  Ctrl-C ended the program\n\n\
    A program that is run (`plugix run` without a method) ends with its own exit code.";

/// It can't be done.
pub(crate) const FAILED: u8 = 1;
/// A method returned an error.
pub(crate) const RETURNED: u8 = 3;
/// The plugin failed.
pub(crate) const PLUGIN: u8 = 4;
/// Two modules don't fit each other's hosts.
pub(crate) const BREAKS: u8 = 5;
/// Ctrl-C: 128 and the signal's number, as a shell has it.
pub(crate) const INTERRUPTED: u8 = 130;

/// An error that has an exit code of its own.
#[derive(Debug)]
pub(crate) struct With {
    code: u8,
    error: anyhow::Error,
}

impl std::fmt::Display for With {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl std::error::Error for With {}

/// Gives an error an exit code.
pub(crate) fn with(code: u8, error: impl Into<anyhow::Error>) -> anyhow::Error {
    With { code, error: error.into() }.into()
}

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(error.downcast_ref::<With>().map_or(FAILED, |with| with.code))
}
