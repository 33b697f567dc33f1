//! Where the lines of a plugin's output go.

use super::StandardStream;
use super::lines::Printer;
use crate::events::Events;
use plugix_system::Thread;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::io::Errno;
use std::fmt;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What the host application does with a line.
type Callback = Arc<dyn Fn(StandardStream, &str) + Send + Sync>;

/// Where a plugin's output goes, besides the host's buffer.
#[derive(Clone, Default)]
pub(crate) enum Forward {
    /// To `tracing`, line by line.
    #[default]
    Tracing,
    /// To the host application, line by line.
    Callback(Callback),
    /// To the host's own streams, as it comes.
    Inherit,
    /// To the host in another process, as it comes.
    Elsewhere(Raw),
}

/// Takes output as it comes.
type Raw = Arc<dyn Fn(StandardStream, &[u8]) + Send + Sync>;

impl Forward {
    pub(super) fn line_printer(&self, stream: StandardStream, events: &Events) -> Printer {
        Printer::new(Destination { stream, forward: self.clone(), events: events.clone() })
    }
}

impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tracing => "Tracing",
            Self::Callback(_) => "Callback",
            Self::Inherit => "Inherit",
            Self::Elsewhere(_) => "Elsewhere",
        })
    }
}

/// Where one stream goes.
#[derive(Debug)]
pub(super) struct Destination {
    stream: StandardStream,
    forward: Forward,
    events: Events,
}

impl Destination {
    /// Passes bytes on as they are, if the host wants that, until the thread is stopped. False if the host doesn't want
    /// it.
    pub(super) fn pass_raw(&self, thread: &Thread, bytes: &[u8]) -> bool {
        match &self.forward {
            Forward::Tracing | Forward::Callback(_) => return false,
            Forward::Elsewhere(pass) => {
                pass(self.stream, bytes);
                return true;
            }
            Forward::Inherit => {}
        }
        // A host with closed streams prints nothing.
        let _ = match self.stream {
            // The host's own buffer would keep a line without a line feed.
            StandardStream::Stdout if has_room(thread, &std::io::stdout()) => print(std::io::stdout().lock(), bytes),
            StandardStream::Stderr if has_room(thread, &std::io::stderr()) => print(std::io::stderr().lock(), bytes),
            _ => Ok(()),
        };
        true
    }

    /// Whether what the plugin prints comes to a terminal as it is.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self.forward, Forward::Inherit)
            && match self.stream {
                StandardStream::Stdout => std::io::stdout().is_terminal(),
                StandardStream::Stderr => std::io::stderr().is_terminal(),
            }
    }

    /// Passes on a line without its line feed.
    pub(super) fn pass_line(&self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        match &self.forward {
            Forward::Tracing => self.trace(&printable(&line)),
            Forward::Callback(callback) => {
                if catch_unwind(AssertUnwindSafe(|| callback(self.stream, &line))).is_err() {
                    let plugin = self.events.plugin();
                    tracing::error!(plugin, "the host's callback for output panicked");
                }
            }
            Forward::Inherit | Forward::Elsewhere(_) => {}
        }
    }

    fn trace(&self, line: &str) {
        let plugin = self.events.plugin();
        match self.stream {
            StandardStream::Stdout => tracing::info!(target: "plugix::stdout", plugin, "{line}"),
            StandardStream::Stderr => tracing::info!(target: "plugix::stderr", plugin, "{line}"),
        }
    }
}

/// Waits until a pipe or a terminal takes a piece of output. Whoever writes to one that is full waits with the host's lock.
/// False if the thread is stopped before.
fn has_room(thread: &Thread, stream: &impl AsFd) -> bool {
    const LOOK_AGAIN: Timespec = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };
    loop {
        let mut one = [PollFd::new(stream, PollFlags::OUT)];
        match poll(&mut one, Some(&LOOK_AGAIN)) {
            _ if thread.check_stop().is_err() => return false,
            Ok(0) | Err(Errno::INTR) => {}
            // What can't be waited for is written to.
            Ok(_) | Err(_) => return true,
        }
    }
}

fn print(mut to: impl Write, bytes: &[u8]) -> std::io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

/// The line without characters that would move the cursor of whoever reads the log, or that would make the line look
/// like one of the host's lines.
fn printable(line: &str) -> String {
    let mut printable = String::with_capacity(line.len());
    for character in line.chars() {
        match character {
            '\t' => printable.push(character),
            _ if character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                printable.extend(character.escape_default());
            }
            _ => printable.push(character),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown() {
        assert_eq!(printable("a\tb\u{1b}[2J\r\u{7f}ü\u{202e}"), "a\tb\\u{1b}[2J\\r\\u{7f}ü\\u{202e}");
    }
}
