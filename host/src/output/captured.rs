//! One stream of a plugin, as its system calls write to it.

use super::lines::Printer;
use crate::events::{Event, Events};
use crate::sync::lock::lock;
use plugix_system::{Sink, Thread};
use std::sync::{Arc, Mutex};

/// One of the two streams. All clones write to the same place.
#[derive(Clone, Debug)]
pub(crate) struct Captured(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kept: Mutex<Kept>,
    /// How many bytes are kept. `None` if somebody else keeps them.
    limit: Option<usize>,
    events: Events,
    /// The printer has a lock of its own, so that the host can take what is kept while it is passed a line.
    printer: Mutex<Printer>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    dropped: u64,
}

impl Captured {
    pub(super) fn new(limit: Option<usize>, events: Events, printer: Printer) -> Self {
        Self(Arc::new(Shared { kept: Mutex::default(), limit, events, printer: Mutex::new(printer) }))
    }

    /// Takes what was written since the stream was last taken, and how many bytes were dropped.
    pub(super) fn take(&self) -> (Vec<u8>, u64) {
        let Kept { bytes, dropped } = std::mem::take(&mut *lock(&self.0.kept));
        (bytes, dropped)
    }

    /// How many bytes are kept that nobody has taken yet.
    pub(super) fn kept(&self) -> u64 {
        lock(&self.0.kept).bytes.len() as u64
    }

    pub(super) fn finish(&self) {
        lock(&self.0.printer).finish();
    }

    fn append(&self, thread: &Thread, bytes: &[u8]) {
        if let Some(limit) = self.0.limit {
            self.keep(limit, bytes);
        }
        lock(&self.0.printer).print(thread, bytes);
    }

    fn keep(&self, limit: usize, bytes: &[u8]) {
        let mut kept = lock(&self.0.kept);
        let room = limit.saturating_sub(kept.bytes.len());
        let (fits, rest) = bytes.split_at(room.min(bytes.len()));
        kept.bytes.extend_from_slice(fits);
        let first_loss = kept.dropped == 0 && !rest.is_empty();
        kept.dropped += rest.len() as u64;
        self.0.events.counts().output_dropped.add(rest.len() as u64);
        drop(kept);
        if first_loss {
            self.0.events.report(Event::OutputDropped { limit: limit as u64 });
        }
    }
}

impl Sink for Captured {
    fn write(&self, thread: &Thread, bytes: &[u8]) {
        self.append(thread, bytes);
    }

    fn is_terminal(&self) -> bool {
        lock(&self.0.printer).is_terminal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Forward, StandardStream};

    #[test]
    fn keeps_up_to_the_limit_and_counts_the_rest() {
        let events = Events::new("test", None);
        let thread = Thread::new(&plugix_system::Halt::new());
        let stream =
            Captured::new(Some(5), events.clone(), Forward::default().line_printer(StandardStream::Stdout, &events));
        stream.append(&thread, b"abc");
        stream.append(&thread, b"defg");
        stream.append(&thread, b"h");
        assert_eq!(stream.take(), (b"abcde".to_vec(), 3));
        stream.append(&thread, b"again");
        assert_eq!(stream.take(), (b"again".to_vec(), 0));
    }
}
