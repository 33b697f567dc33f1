//! Standard output and standard error of a plugin: kept for the host up to a limit, and passed on line by line.

mod captured;
mod forward;
mod lines;
mod rate;

pub(crate) use captured::Captured;
pub(crate) use forward::Forward;

use crate::events::Events;
use std::fmt;

/// What a plugin wrote since its output was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Bytes that were dropped because the policy's limit was reached.
    pub dropped: u64,
}

/// Which of its two streams a plugin prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl fmt::Display for StandardStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        })
    }
}

/// Both streams of a plugin; clones are the same streams.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
}

impl Streams {
    /// Streams of which `limit` bytes each are kept.
    pub(crate) fn new(limit: usize, forward: &Forward, events: &Events) -> Self {
        let captured = |stream| Captured::new(limit, events.clone(), forward.line_printer(stream, events));
        Self { stdout: captured(StandardStream::Stdout), stderr: captured(StandardStream::Stderr) }
    }

    /// Takes what was written since the last time.
    pub(crate) fn take(&self) -> Output {
        let (stdout, dropped_out) = self.stdout.take();
        let (stderr, dropped_err) = self.stderr.take();
        Output { stdout, stderr, dropped: dropped_out + dropped_err }
    }

    /// Bytes that are kept and that nobody has taken yet.
    pub(crate) fn kept(&self) -> u64 {
        self.stdout.kept() + self.stderr.kept()
    }

    /// Passes on what has no line feed yet: nothing comes any more.
    pub(crate) fn finish(&self) {
        self.stdout.finish();
        self.stderr.finish();
    }
}
