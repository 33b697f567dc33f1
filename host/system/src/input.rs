//! Standard input.

use crate::part::{Part, total};
use crate::sigpipe::without_signal;
use crate::transfer::{self, At, MAX_BYTES, shortened};
use crate::{Errno, Result, Thread};
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::pipe::{PipeFlags, pipe_with};
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What a plugin reads from its standard input.
#[derive(Debug, Default)]
pub enum Input {
    /// Nothing: it is at its end.
    #[default]
    Nothing,
    /// These bytes.
    Bytes(Vec<u8>),
    /// What comes from a descriptor: [`Input::pipe`]'s, or the host's own standard input. Whether a read of it waits is
    /// looked at before, so that it needs not be non-blocking. It is a terminal if the descriptor is one.
    Descriptor(OwnedFd),
}

/// Writes what a plugin reads from its standard input, as much ahead as a pipe has room for. The input ends when the
/// writer is dropped. A plugin that has closed its input, or is over, is a broken pipe.
#[derive(Debug)]
pub struct InputWriter(OwnedFd);

impl Input {
    /// What the host writes while the plugin runs.
    ///
    /// # Errors
    /// The host has too many descriptors open.
    pub fn pipe() -> std::io::Result<(InputWriter, Self)> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        Ok((InputWriter(writer), Self::Descriptor(reader)))
    }
}

impl Write for InputWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(without_signal(|| rustix::io::write(&self.0, bytes))?)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An input that is being read.
#[derive(Debug)]
pub(crate) enum Reader {
    Bytes(Mutex<(Vec<u8>, usize)>),
    Descriptor(OwnedFd),
}

impl From<Input> for Reader {
    fn from(input: Input) -> Self {
        match input {
            Input::Nothing => Self::Bytes(Mutex::default()),
            Input::Bytes(bytes) => Self::Bytes(Mutex::new((bytes, 0))),
            Input::Descriptor(fd) => Self::Descriptor(fd),
        }
    }
}

impl Reader {
    /// Reads what is there, and waits for it if `wait`.
    pub(crate) fn read(&self, thread: &Thread, parts: &[Part], wait: bool) -> Result<usize> {
        match self {
            Self::Bytes(bytes) => {
                // Nothing panics while it holds the lock.
                let mut bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
                let before = bytes.1;
                for part in shortened(parts, MAX_BYTES) {
                    bytes.1 += part.write(&bytes.0[bytes.1..]);
                }
                Ok(bytes.1 - before)
            }
            Self::Descriptor(_) if total(parts) == 0 => Ok(0),
            Self::Descriptor(fd) => loop {
                // Another reader may be faster: then the kernel says so if the descriptor is non-blocking, and else
                // this waits once for what comes next, as natively.
                let deadline = if wait { None } else { Some(Instant::now()) };
                if !thread.wait_for(fd, PollFlags::IN, deadline)? {
                    return Err(Errno::Again);
                }
                match transfer::read(fd, parts, At::Position) {
                    Err(Errno::Again) if wait => {}
                    done => return done,
                }
            },
        }
    }

    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Bytes(_) => None,
            Self::Descriptor(fd) => Some(fd.as_fd()),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.fd().is_some_and(rustix::termios::isatty)
    }
}
