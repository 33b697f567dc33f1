//! Pipes.

use crate::description::Description;
use crate::object::Object;
use crate::part::{Part, total};
use crate::sigpipe::without_signal;
use crate::table::Descriptor;
use crate::transfer::{self, At, MAX_BYTES};
use crate::wait::{until_all, until_done};
use crate::{Errno, FdFlags, Result, System, Thread};
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::pipe::{PipeFlags, pipe_with};
use std::sync::Arc;

/// One end of a pipe of the kernel's.
#[derive(Debug)]
pub(crate) enum Pipe {
    Reader(OwnedFd),
    Writer(OwnedFd),
}

impl Pipe {
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Reader(fd) | Self::Writer(fd) => fd.as_fd(),
        }
    }

    pub(crate) fn is_reader(&self) -> bool {
        matches!(self, Self::Reader(_))
    }

    pub(crate) fn read(&self, thread: &Thread, parts: &[Part], waits: bool) -> Result<usize> {
        let Self::Reader(fd) = self else { return Err(Errno::Badf) };
        if total(parts) == 0 {
            return Ok(0);
        }
        until_done(thread, fd.as_fd(), PollFlags::IN, waits, None, || transfer::read(fd, parts, At::Position))
    }

    pub(crate) fn write(&self, thread: &Thread, parts: &[Part], waits: bool) -> Result<usize> {
        let Self::Writer(fd) = self else { return Err(Errno::Badf) };
        let write = |parts: &[Part]| without_signal(|| transfer::write(fd, parts, MAX_BYTES, At::Position));
        until_all(thread, parts, waits, |parts| {
            until_done(thread, fd.as_fd(), PollFlags::OUT, waits, None, || write(parts))
        })
    }
}

impl System {
    /// A pipe: what reads from it, and what writes to it.
    ///
    /// # Errors
    /// Too many descriptors are open.
    pub fn fd_pipe(&self) -> Result<[u32; 2]> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        self.table.insert_pair([Pipe::Reader(reader), Pipe::Writer(writer)].map(|end| {
            let description = Description::new(Object::Pipe(end), FdFlags::default());
            Descriptor::new(Arc::new(description))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Plugin, part};
    use crate::transfer::MAX_PARTS;
    use std::thread::scope;

    #[test]
    fn what_is_written_is_read_until_the_end() {
        let plugin = Plugin::new(|_| {});
        let (system, thread) = (&plugin.system, &plugin.thread);
        let [reader, writer] = system.fd_pipe().unwrap();
        let mut bytes: Vec<u8> = (0..300_000u32).map(|number| number as u8).collect();
        let expected = bytes.clone();
        scope(|scope| {
            scope.spawn(|| {
                let thread = plugin.thread();
                // More than a pipe has room for: the write waits until all of it is on its way.
                assert_eq!(system.fd_write(&thread, writer, &[part(&mut bytes)]), Ok(300_000));
                system.fd_close(writer).unwrap();
            });
            let mut read = Vec::new();
            let mut buffer = [0; 7_000];
            loop {
                let (first, second) = buffer.split_at_mut(100);
                match system.fd_read(thread, reader, &[part(first), part(second)]).unwrap() {
                    0 => break,
                    len => read.extend_from_slice(&buffer[..len]),
                }
            }
            assert!(read == expected);
        });
        assert_eq!(system.fd_read(thread, writer, &[]), Err(Errno::Badf));
        assert_eq!(system.fd_write(thread, reader, &[]), Err(Errno::Badf));
    }

    #[test]
    fn ends_that_nobody_has_and_ends_that_do_not_wait() {
        let plugin = Plugin::new(|_| {});
        let (system, thread) = (&plugin.system, &plugin.thread);
        let [reader, writer] = system.fd_pipe().unwrap();
        let mut byte = [7];
        system.fd_fdstat_set_flags(reader, FdFlags::NONBLOCK).unwrap();
        system.fd_fdstat_set_flags(writer, FdFlags::NONBLOCK).unwrap();
        assert_eq!(system.fd_read(thread, reader, &[part(&mut byte)]), Err(Errno::Again));
        let mut many = vec![1; 200_000];
        let room = system.fd_write(thread, writer, &[part(&mut many)]).unwrap();
        assert!(room < 200_000);
        assert_eq!(system.fd_write(thread, writer, &[part(&mut byte)]), Err(Errno::Again));
        system.fd_close(reader).unwrap();
        assert_eq!(system.fd_write(thread, writer, &[part(&mut byte)]), Err(Errno::Pipe));
    }

    #[test]
    fn a_stop_ends_a_write_that_somebody_reads_all_the_time() {
        let plugin = Plugin::new(|_| {});
        let system = &plugin.system;
        let [reader, writer] = system.fd_pipe().unwrap();
        let mut bytes = vec![0; 64 << 20];
        // As much as nobody lives to see the end of, of little memory.
        let parts = vec![part(&mut bytes); MAX_PARTS];
        scope(|scope| {
            scope.spawn(|| {
                let (thread, mut buffer) = (plugin.thread(), vec![0; 1 << 16]);
                let read = |buffer: &mut [u8]| system.fd_read(&thread, reader, &[part(buffer)]);
                for _ in 0..10 {
                    read(&mut buffer).unwrap();
                }
                system.halt().stop();
                // It never has to wait, and so goes on.
                while read(&mut buffer).is_ok() {}
            });
            let written = system.fd_write(&plugin.thread, writer, &parts).unwrap();
            assert!(written > 0 && written < 64 << 30);
        });
    }

    #[test]
    fn a_stop_ends_both_waits() {
        let plugin = Plugin::new(|_| {});
        let system = &plugin.system;
        let [reader, _writer] = system.fd_pipe().unwrap();
        let [_reader, writer] = system.fd_pipe().unwrap();
        scope(|scope| {
            scope.spawn(|| {
                let mut byte = [0];
                assert_eq!(system.fd_read(&plugin.thread(), reader, &[part(&mut byte)]), Err(Errno::Canceled));
            });
            scope.spawn(|| {
                let mut many = vec![0; 65_536];
                let thread = plugin.thread();
                // The pipe is full after the first, or the stop was faster.
                while system.fd_write(&thread, writer, &[part(&mut many)]).is_ok() {}
                assert_eq!(system.fd_write(&thread, writer, &[part(&mut many)]), Err(Errno::Canceled));
            });
            system.halt().stop();
        });
    }
}
