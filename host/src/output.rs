//! Standard output and standard error of a plugin: kept for the host, up to a limit.

use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use virtual_fs::{AsyncRead, AsyncSeek, AsyncWrite, FsError, ReadBuf, VirtualFile};

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

/// Both streams of a plugin; clones are the same streams.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) stdout: Stream,
    pub(crate) stderr: Stream,
}

impl Streams {
    pub(crate) fn new(limit: usize) -> Self {
        Self { stdout: Stream::new(limit), stderr: Stream::new(limit) }
    }

    /// Takes what was written since the last time.
    pub(crate) fn take(&self) -> Output {
        let (stdout, dropped_out) = self.stdout.take();
        let (stderr, dropped_err) = self.stderr.take();
        Output { stdout, stderr, dropped: dropped_out + dropped_err }
    }
}

/// One of the two streams; clones write to the same place.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    kept: Arc<Mutex<Kept>>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    dropped: u64,
}

impl Stream {
    fn new(limit: usize) -> Self {
        Self { kept: Arc::default(), limit }
    }

    /// Takes what was written since the last time, and how many bytes were dropped.
    fn take(&self) -> (Vec<u8>, u64) {
        let Kept { bytes, dropped } = std::mem::take(&mut *self.lock());
        (bytes, dropped)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What a panic could leave behind is still a valid buffer.
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn append(&self, bytes: &[u8]) {
        let mut kept = self.lock();
        let room = self.limit.saturating_sub(kept.bytes.len());
        let (fits, rest) = bytes.split_at(room.min(bytes.len()));
        kept.bytes.extend_from_slice(fits);
        kept.dropped += rest.len() as u64;
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.append(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        parts.iter().for_each(|part| self.append(part));
        Poll::Ready(Ok(parts.iter().map(|part| part.len()).sum()))
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

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for Stream {
    fn start_seek(self: Pin<&mut Self>, _: SeekFrom) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(0))
    }
}

impl VirtualFile for Stream {
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
        Poll::Ready(Ok(self.limit.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_up_to_the_limit_and_counts_the_rest() {
        let stream = Stream::new(5);
        stream.append(b"abc");
        stream.append(b"defg");
        stream.append(b"h");
        assert_eq!(stream.take(), (b"abcde".to_vec(), 3));
        stream.append(b"again");
        assert_eq!(stream.take(), (b"again".to_vec(), 0));
    }
}
