//! What a descriptor leads to.

use crate::input::Reader;
use crate::output::{Sink, print};
use crate::part::Part;
use crate::{Errno, Filetype, Result, Rights, Thread};
use rustix::fd::BorrowedFd;
use std::sync::Arc;

/// Something that is open.
#[derive(Debug)]
pub(crate) enum Object {
    /// Standard input.
    Input(Reader),
    /// Standard output or standard error.
    Output(Arc<dyn Sink>),
}

impl Object {
    /// Reads, and waits for something to read if `wait`.
    pub(crate) fn read(&self, thread: &Thread, parts: &[Part], wait: bool) -> Result<usize> {
        match self {
            Self::Input(input) => input.read(thread, parts, wait),
            Self::Output(_) => Err(Errno::Badf),
        }
    }

    /// Writes, and waits until something can be written if `wait`.
    pub(crate) fn write(&self, _thread: &Thread, parts: &[Part], _wait: bool) -> Result<usize> {
        match self {
            Self::Input(_) => Err(Errno::Badf),
            Self::Output(sink) => Ok(print(&**sink, parts)),
        }
    }

    /// What the kernel is asked whether it is ready; nothing if it always is.
    pub(crate) fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Input(input) => input.fd(),
            Self::Output(_) => None,
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Self::Input(input) => input.is_terminal(),
            Self::Output(sink) => sink.is_terminal(),
        }
    }

    pub(crate) fn filetype(&self) -> Filetype {
        match self {
            // A C library takes a character device without a position for a terminal.
            Self::Input(_) | Self::Output(_) if self.is_terminal() => Filetype::CharacterDevice,
            Self::Input(_) | Self::Output(_) => Filetype::Unknown,
        }
    }

    /// What a descriptor of it is good for at most, and what those are that are opened through it.
    pub(crate) fn rights(&self) -> (Rights, Rights) {
        match self {
            Self::Input(_) => (Rights::STREAM.without(Rights::FD_WRITE), Rights::default()),
            Self::Output(_) => (Rights::STREAM.without(Rights::FD_READ), Rights::default()),
        }
    }
}
