//! Prints results on standard output. A reader that has seen enough is no error.

use anyhow::{Context as _, Result};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};

/// Whoever read standard output doesn't any more, as `head` does after ten lines.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub(crate) struct Closed;

/// Prints a line.
pub(crate) fn line(line: impl Display) -> Result<()> {
    text(format_args!("{line}\n"))
}

/// Prints text as it is.
pub(crate) fn text(text: impl Display) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Closed.into()),
        printed => printed.context("can't print"),
    }
}

/// Tells a person something, on standard error. If nobody hears it, that is no error either.
pub(crate) fn tell(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
