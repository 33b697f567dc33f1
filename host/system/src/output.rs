//! Standard output and standard error.

use crate::part::Part;
use crate::transfer::MAX_BYTES;
use crate::{Result, Thread};
use std::fmt;

/// Takes what a plugin prints.
pub trait Sink: Send + Sync {
    /// Takes all of it. It is called by the plugin's threads, by several at a time. It ends soon once the thread is
    /// stopped ([`Thread::check_stop`]), and what it has not taken by then is lost.
    fn write(&self, thread: &Thread, bytes: &[u8]);

    /// Whether it is a terminal.
    fn is_terminal(&self) -> bool {
        false
    }
}

/// Bytes that are copied at a time: as many as a pipe takes as one.
const PIECE: usize = 4 << 10;

/// Prints the parts, and returns how many bytes that were. What fits into one piece arrives as one.
pub(crate) fn print(sink: &dyn Sink, thread: &Thread, parts: &[Part]) -> Result<usize> {
    let mut piece = Vec::new();
    let mut printed = 0;
    for part in parts {
        let mut part = part.first(MAX_BYTES - printed);
        while part.len() > 0 {
            thread.check_stop()?;
            let start = piece.len();
            let room = (PIECE - start).min(part.len());
            piece.resize(start + room, 0);
            part.read(&mut piece[start..]);
            part = part.skip(room);
            printed += room;
            if piece.len() == PIECE {
                sink.write(thread, &piece);
                piece.clear();
            }
        }
    }
    if !piece.is_empty() {
        sink.write(thread, &piece);
    }
    Ok(printed)
}

impl fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}
