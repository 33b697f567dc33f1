//! One stream of a plugin, as wasmer-wasix writes to it.

use super::lines::Printer;
use crate::events::{Event, Events};
use crate::sync::lock::lock;
use plugix_system::Sink;
use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use virtual_fs::{AsyncRead, AsyncSeek, AsyncWrite, FsError, ReadBuf, VirtualFile};

/// How many bytes one call writes at most. A plugin may have to be stopped in the middle of a call, and its host must
/// not wait long for that.
const MAX_WRITE: usize = 1 << 20;

/// One of the two streams. All clones write to the same place.
#[derive(Clone, Debug)]
pub(crate) struct Captured(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kept: Mutex<Kept>,
    limit: usize,
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
    pub(super) fn new(limit: usize, events: Events, printer: Printer) -> Self {
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

    /// Writes the bytes, or the first of them. Returns how many it wrote.
    fn write_some(&self, bytes: &[u8]) -> usize {
        let bytes = &bytes[..bytes.len().min(MAX_WRITE)];
        self.append(bytes);
        bytes.len()
    }

    fn append(&self, bytes: &[u8]) {
        let mut kept = lock(&self.0.kept);
        let room = self.0.limit.saturating_sub(kept.bytes.len());
        let (fits, rest) = bytes.split_at(room.min(bytes.len()));
        kept.bytes.extend_from_slice(fits);
        let first_loss = kept.dropped == 0 && !rest.is_empty();
        kept.dropped += rest.len() as u64;
        self.0.events.counts().output_dropped.add(rest.len() as u64);
        drop(kept);
        if first_loss {
            self.0.events.report(Event::OutputDropped { limit: self.0.limit as u64 });
        }
        lock(&self.0.printer).print(bytes);
    }
}

impl Sink for Captured {
    fn write(&self, bytes: &[u8]) {
        self.append(bytes);
    }
}

impl AsyncWrite for Captured {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.write_some(bytes)))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(parts.iter().find(|part| !part.is_empty()).map_or(0, |part| self.write_some(part))))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Captured {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for Captured {
    fn start_seek(self: Pin<&mut Self>, _: SeekFrom) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(0))
    }
}

impl VirtualFile for Captured {
    fn last_accessed(&self) -> u64 {
        0
    }

    fn last_modified(&self) -> u64 {
        0
    }

    fn created_time(&self) -> u64 {
        0
    }

    fn size(&self) -> u64 {
        0
    }

    fn set_len(&mut self, _: u64) -> Result<(), FsError> {
        Err(FsError::PermissionDenied)
    }

    fn unlink(&mut self) -> Result<(), FsError> {
        Err(FsError::PermissionDenied)
    }

    fn poll_read_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(0))
    }

    fn poll_write_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.0.limit.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::output::{Forward, StandardStream};

    #[test]
    fn keeps_up_to_the_limit_and_counts_the_rest() {
        let events = Events::new("test", None);
        let stream = Captured::new(5, events.clone(), Forward::default().line_printer(StandardStream::Stdout, &events));
        stream.append(b"abc");
        stream.append(b"defg");
        stream.append(b"h");
        assert_eq!(stream.take(), (b"abcde".to_vec(), 3));
        stream.append(b"again");
        assert_eq!(stream.take(), (b"again".to_vec(), 0));
    }
}
