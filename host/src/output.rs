//! The standard output and standard error of a plugin. The host keeps them up to a limit, and passes them on line by
//! line.

mod captured;
mod forward;
mod lines;
mod rate;

pub(crate) use captured::Captured;
pub(crate) use forward::Forward;

use crate::events::Events;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a plugin has written since its output was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// How many bytes were dropped because the policy's limit was reached.
    pub dropped: u64,
}

/// One of the two streams that a plugin prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Both streams of a plugin. All clones are the same streams.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
}

impl Streams {
    /// Makes streams that keep `limit` bytes each.
    pub(crate) fn new(limit: usize, forward: &Forward, events: &Events) -> Self {
        let limit = (!matches!(forward, Forward::Elsewhere(_))).then_some(limit);
        let captured = |stream| Captured::new(limit, events.clone(), forward.line_printer(stream, events));
        Self { stdout: captured(StandardStream::Stdout), stderr: captured(StandardStream::Stderr) }
    }

    /// Takes what was written since the output was last taken.
    pub(crate) fn take(&self) -> Output {
        let (stdout, dropped_out) = self.stdout.take();
        let (stderr, dropped_err) = self.stderr.take();
        Output { stdout, stderr, dropped: dropped_out + dropped_err }
    }

    /// How many bytes are kept that nobody has taken yet.
    pub(crate) fn kept(&self) -> u64 {
        self.stdout.kept() + self.stderr.kept()
    }

    /// Passes on the last line of each stream, which has no line feed. Nothing comes any more.
    pub(crate) fn finish(&self) {
        self.stdout.finish();
        self.stderr.finish();
    }
}
