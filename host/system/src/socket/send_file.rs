//! Sends what is in a file.

use super::Socket;
use crate::files::ScratchFile;
use crate::object::Object;
use crate::sigpipe::without_signal;
use crate::transfer::MAX_BYTES;
use crate::wait::until_done;
use crate::{Errno, Result, System, Thread};
use rustix::event::PollFlags;
use rustix::fd::BorrowedFd;
use rustix::net::SendFlags;

/// Bytes that are copied at a time, where the kernel doesn't have the file.
const PIECE: usize = 64 << 10;

/// What is sent.
enum Source<'f> {
    Host(BorrowedFd<'f>),
    Memory(&'f ScratchFile, Vec<u8>),
}

impl System {
    /// Sends at most `count` bytes of a file from `offset` on, and says how many it sent. The file's position stays.
    ///
    /// # Errors
    /// [`Errno::Inval`] for what is no file; else as [`System::sock_send`].
    pub fn sock_send_file(&self, thread: &Thread, fd: u32, file: u32, offset: u64, count: u64) -> Result<u64> {
        let target = self.table.description(fd)?;
        let source = self.table.description(file)?;
        let Object::Socket(socket) = &target.object else { return Err(Errno::Notsock) };
        let mut source = match &source.object {
            Object::Scratch(file) => Source::Memory(file, vec![0; PIECE]),
            other => Source::Host(other.file().ok_or(Errno::Inval)?),
        };
        socket.check_stream()?;
        let mut sent = 0;
        while sent < count {
            let most = usize::try_from(count - sent).unwrap_or(MAX_BYTES).min(MAX_BYTES);
            let at = offset.checked_add(sent).ok_or(Errno::Inval);
            let step = until_done(thread, socket.fd(), PollFlags::OUT, target.waits(), socket.send_timeout(), || {
                // A fast reader never makes it wait.
                thread.check()?;
                source.send(socket, at?, most)
            });
            match step {
                Ok(0) => break,
                Ok(step) => sent += step as u64,
                Err(error) if sent == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(sent)
    }
}

impl Source<'_> {
    /// Sends what there is from a place on, without waiting; nothing at the end.
    fn send(&mut self, socket: &Socket, mut at: u64, most: usize) -> Result<usize> {
        match self {
            Self::Host(file) => Ok(without_signal(|| rustix::fs::sendfile(socket.fd(), *file, Some(&mut at), most))?),
            Self::Memory(file, piece) => {
                let most = most.min(piece.len());
                let read = file.copy(&mut piece[..most], at)?;
                match read {
                    0 => Ok(0),
                    _ => Ok(rustix::net::send(socket.fd(), &piece[..read], SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?),
                }
            }
        }
    }
}
