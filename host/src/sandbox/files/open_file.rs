//! An open file as wasmer-wasix uses it.
//!
//! Reading and writing block the calling thread. A guest thread is an operating system thread of its own, so nothing
//! else waits. And an idle host needs no pool of threads for files.

use super::content::Content;
use super::tree::{FileId, Tree};
use crate::events::{Count, Counts};
use std::cell::Cell;
use std::io::{self, ErrorKind, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};
use virtual_fs::{
    AsyncRead, AsyncSeek, AsyncWrite, FsError, Metadata, OpenOptionsConfig, ReadBuf, Result, VirtualFile,
};
use wasmer_wasix::fs::fs_error_into_wasi_err;
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// How many bytes one call reads or writes at most. A plugin may have to be stopped in the middle of a call, and its
/// host must not wait long for that.
const MAX_IO: usize = 1 << 20;

thread_local! {
    /// The last error of a file on the calling thread.
    static UNHEARD: Cell<Option<Errno>> = const { Cell::new(None) };
}

/// Takes the last error of a file on the calling thread. wasmer-wasix turns some of these errors into others, and loses
/// some.
pub(crate) fn take_unheard_error() -> Option<Errno> {
    UNHEARD.take()
}

/// Selects which count of a plugin has the bytes that are written to a file.
pub(super) type Written = fn(&Counts) -> &Count;

/// Where a file was opened.
pub(super) struct Opened {
    pub(super) tree: Tree,
    pub(super) id: FileId,
    pub(super) written: Written,
}

/// A file with a position. Dropping it closes the file.
#[derive(Debug)]
pub(super) struct OpenFile {
    content: Box<dyn Content>,
    position: u64,
    readable: bool,
    writable: bool,
    tree: Tree,
    id: FileId,
    written: Written,
}

impl OpenFile {
    pub(super) fn new(content: Box<dyn Content>, how: &OpenOptionsConfig, opened: Opened) -> Self {
        let Opened { tree, id, written } = opened;
        tree.counts().files.up();
        let readable = how.read;
        let writable = how.write || how.append;
        Self { content, position: 0, readable, writable, tree, id, written }
    }

    fn metadata(&self) -> Metadata {
        self.content.metadata().unwrap_or_default()
    }

    /// Fails if the file was not opened for writing. Reports the attempt if the file could not have been opened for
    /// writing.
    fn check_writable(&self, operation: &'static str) -> Result<()> {
        if self.writable {
            return Ok(());
        }
        self.tree.check_changeable(self.id, operation);
        Err(FsError::PermissionDenied)
    }

    fn read(&mut self, into: &mut ReadBuf<'_>) -> io::Result<()> {
        if !self.readable {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let room = into.remaining().min(MAX_IO);
        let read = self.content.read_at(into.initialize_unfilled_to(room), self.position)?;
        into.advance(read);
        self.position += read as u64;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check_writable("write")?;
        let bytes = &bytes[..bytes.len().min(MAX_IO)];
        // Positions in files are signed.
        if self.position > i64::MAX as u64 - bytes.len() as u64 {
            UNHEARD.set(Some(Errno::Fbig));
            return Err(ErrorKind::FileTooLarge.into());
        }
        let written = self
            .content
            .write_at(bytes, self.position)
            .inspect_err(|error| UNHEARD.set((error.kind() == ErrorKind::StorageFull).then_some(Errno::Nospc)))?;
        self.position += written as u64;
        (self.written)(self.tree.counts()).add(written as u64);
        Ok(written)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<()> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.content.metadata()?.len.checked_add_signed(by),
        };
        self.position = position.filter(|at| *at <= i64::MAX as u64).ok_or(ErrorKind::InvalidInput)?;
        Ok(())
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.tree.counts().files.down();
        self.tree.closed(self.id);
    }
}

impl AsyncRead for OpenFile {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.read(into))
    }
}

impl AsyncWrite for OpenFile {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is held back. Closing a file asks for this as well, so it doesn't wait for the disk.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for OpenFile {
    fn start_seek(mut self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        self.seek(to)
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

impl VirtualFile for OpenFile {
    fn last_accessed(&self) -> u64 {
        self.metadata().accessed
    }

    fn last_modified(&self) -> u64 {
        self.metadata().modified
    }

    fn created_time(&self) -> u64 {
        self.metadata().created
    }

    fn set_times(&mut self, accessed: Option<u64>, modified: Option<u64>) -> Result<()> {
        let set = self.check_writable("set the times of").and_then(|()| self.content.set_times(accessed, modified));
        set.inspect_err(|error| UNHEARD.set(Some(fs_error_into_wasi_err(*error))))
    }

    fn size(&self) -> u64 {
        self.metadata().len
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.check_writable("resize")?;
        if len <= i64::MAX as u64 { self.content.set_len(len) } else { Err(FsError::InvalidInput) }
    }

    fn unlink(&mut self) -> Result<()> {
        self.tree.remove_open(self.id)
    }

    fn poll_read_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let left = self.metadata().len.saturating_sub(self.position);
        Poll::Ready(Ok(left.min(MAX_IO as u64) as usize))
    }

    fn poll_write_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(MAX_IO))
    }
}
