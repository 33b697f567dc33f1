//! An open file that can't be changed.

use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};
use virtual_fs::{AsyncRead, AsyncSeek, AsyncWrite, FsError, ReadBuf, Result, VirtualFile};

/// Reads what the file has, and refuses all else.
#[derive(Debug)]
pub(in crate::files) struct ReadOnlyFile(pub(super) Box<dyn VirtualFile + Send + Sync>);

impl AsyncRead for ReadOnlyFile {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buf)
    }
}

impl AsyncSeek for ReadOnlyFile {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        Pin::new(&mut *self.0).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut *self.0).poll_complete(cx)
    }
}

impl AsyncWrite for ReadOnlyFile {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::PermissionDenied.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl VirtualFile for ReadOnlyFile {
    fn last_accessed(&self) -> u64 {
        self.0.last_accessed()
    }

    fn last_modified(&self) -> u64 {
        self.0.last_modified()
    }

    fn created_time(&self) -> u64 {
        self.0.created_time()
    }

    fn set_times(&mut self, _: Option<u64>, _: Option<u64>) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn size(&self) -> u64 {
        self.0.size()
    }

    fn set_len(&mut self, _: u64) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn unlink(&mut self) -> Result<()> {
        Err(FsError::PermissionDenied)
    }

    fn is_open(&self) -> bool {
        self.0.is_open()
    }

    fn poll_read_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_read_ready(cx)
    }

    fn poll_write_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::PermissionDenied.into()))
    }
}
