//! Cuts bytes into lines that are not too long and not too many.

use super::forward::Destination;
use super::rate::Rate;
use plugix_system::Thread;
use std::time::Instant;

/// How many bytes a line has at most. A longer line is passed on as several lines.
const MAX_LINE: usize = 8 << 10;

/// Passes on one stream.
#[derive(Debug)]
pub(super) struct Printer {
    destination: Destination,
    /// The beginning of a line.
    line: Vec<u8>,
    rate: Rate,
}

impl Printer {
    pub(super) fn new(destination: Destination) -> Self {
        Self { destination, line: Vec::new(), rate: Rate::new(Instant::now()) }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.destination.is_terminal()
    }

    /// Passes bytes on, until the thread is stopped. The host's callback may take long for each line, and other threads
    /// of the plugin may wait for their turn here.
    pub(super) fn print(&mut self, thread: &Thread, mut bytes: &[u8]) {
        if self.destination.pass_raw(thread, bytes) {
            return;
        }
        while !bytes.is_empty() && thread.check_stop().is_ok() {
            let room = &bytes[..bytes.len().min(MAX_LINE - self.line.len())];
            let end = room.iter().position(|byte| *byte == b'\n');
            let (piece, rest) = bytes.split_at(end.unwrap_or(room.len()));
            self.line.extend_from_slice(piece);
            bytes = &rest[usize::from(end.is_some())..];
            if end.is_some() || self.line.len() == MAX_LINE {
                self.pass_line();
            }
        }
    }

    /// Passes on the last line, which isn't complete.
    pub(super) fn finish(&mut self) {
        if !self.line.is_empty() {
            self.pass_line();
        }
        if let Some(left_out) = self.rate.left_out() {
            self.destination.pass_line(left_out.as_bytes());
        }
    }

    fn pass_line(&mut self) {
        if self.rate.admit(self.line.len(), Instant::now()) {
            if let Some(left_out) = self.rate.left_out() {
                self.destination.pass_line(left_out.as_bytes());
            }
            self.destination.pass_line(&self.line);
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::output::{Forward, StandardStream};
    use plugix_system::Halt;
    use std::sync::{Arc, Mutex};

    fn printed(print: impl FnOnce(&mut Printer)) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = lines.clone();
        let forward = Forward::Callback(Arc::new(move |stream, line: &str| {
            assert_eq!(stream, StandardStream::Stderr);
            sink.lock().expect("nothing panics here").push(line.to_owned());
        }));
        print(&mut forward.line_printer(StandardStream::Stderr, &Events::new("test", None)));
        std::mem::take(&mut *lines.lock().expect("nothing panics here"))
    }

    fn thread() -> Thread {
        Thread::new(&Halt::new())
    }

    #[test]
    fn lines_are_put_together_and_cut() {
        let lines = printed(|printer| {
            printer.print(&thread(), b"on");
            printer.print(&thread(), b"e\n\ntw");
            printer.print(&thread(), b"o\xff\n");
            printer.print(&thread(), &[b'x'; MAX_LINE + 3]);
            printer.finish();
        });
        assert_eq!(lines[..3], ["one", "", "two\u{fffd}"]);
        assert_eq!(lines[3..].iter().map(String::len).collect::<Vec<_>>(), [MAX_LINE, 3]);
    }

    #[test]
    fn a_flood_is_counted() {
        let lines = printed(|printer| {
            for _ in 0..100_000 {
                printer.print(&thread(), b"0123456789012345678901234567890123456789\n");
            }
            printer.finish();
        });
        assert!((10_000..90_000).contains(&lines.len()), "{}", lines.len());
        let last = lines.last().expect("there are lines");
        assert!(last.ends_with("more lines were left out]"), "{last}");
    }

    #[test]
    fn a_stopped_thread_passes_on_no_more() {
        let halt = Halt::new();
        let thread = Thread::new(&halt);
        let lines = printed(|printer| {
            printer.print(&thread, b"one\n");
            halt.stop();
            printer.print(&thread, b"two\n");
        });
        assert_eq!(lines, ["one"]);
    }
}
