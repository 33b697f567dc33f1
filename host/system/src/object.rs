//! What a descriptor leads to.

use crate::epoll::Set;
use crate::event::Event;
use crate::files::{HostFile, OpenFolder, ScratchFile};
use crate::input::Reader;
use crate::output::{Sink, print};
use crate::part::Part;
use crate::pipe::Pipe;
use crate::socket::{ReceiveFlags, Socket};
use crate::transfer::{self, At, MAX_BYTES};
use crate::{Errno, FdFlags, Filetype, Result, Rights, Thread};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// Something that is open.
#[derive(Debug)]
pub(crate) enum Object {
    /// Standard input.
    Input(Reader),
    /// Standard output or standard error.
    Output(Arc<dyn Sink>),
    /// One end of a pipe.
    Pipe(Pipe),
    /// An event.
    Event(Event),
    /// A set of descriptors to wait for.
    Epoll(Set),
    /// A socket.
    Socket(Socket),
    /// A file of the host's.
    File(HostFile),
    /// A file in memory.
    Scratch(ScratchFile),
    /// A folder.
    Folder(OpenFolder),
    /// A device.
    Device(OwnedFd),
}

/// What a folder's descriptor is good for, and what those are that are opened through it.
pub(crate) const FOLDER_RIGHTS: (Rights, Rights) = (Rights::FOLDER, Rights::FOLDER.with(Rights::FILE));

impl Object {
    /// Reads, and waits for something to read if `wait`.
    pub(crate) fn read(&self, thread: &Thread, parts: &[Part], wait: bool) -> Result<usize> {
        match self {
            Self::Input(input) => input.read(thread, parts, wait),
            Self::Output(_) => Err(Errno::Badf),
            Self::Pipe(pipe) => pipe.read(thread, parts, wait),
            Self::Event(event) => event.read(thread, parts, wait),
            Self::Epoll(_) => Err(Errno::Inval),
            Self::Socket(socket) => {
                let (received, _) = socket.receive(thread, parts, ReceiveFlags::default(), wait)?;
                Ok(received.len)
            }
            Self::File(file) => file.read(parts, At::Position),
            Self::Scratch(file) => file.read(parts, At::Position),
            Self::Folder(_) => Err(Errno::Isdir),
            Self::Device(fd) => transfer::read(fd, parts, At::Position),
        }
    }

    /// Writes, and waits until something can be written if `wait`.
    pub(crate) fn write(&self, thread: &Thread, parts: &[Part], wait: bool) -> Result<usize> {
        match self {
            Self::Input(_) => Err(Errno::Badf),
            Self::Output(sink) => print(&**sink, thread, parts),
            Self::Pipe(pipe) => pipe.write(thread, parts, wait),
            Self::Event(event) => event.write(thread, parts, wait),
            Self::Epoll(_) => Err(Errno::Inval),
            Self::Socket(socket) => socket.send(thread, parts, None, wait),
            Self::File(file) => file.write(parts, At::Position),
            Self::Scratch(file) => file.write(parts, At::Position),
            Self::Folder(_) => Err(Errno::Badf),
            Self::Device(fd) => transfer::write(fd, parts, MAX_BYTES, At::Position),
        }
    }

    /// What the kernel is asked whether it is ready; nothing if it always is.
    pub(crate) fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Input(input) => input.fd(),
            Self::Output(_) => None,
            Self::Pipe(pipe) => Some(pipe.fd()),
            Self::Event(event) => Some(event.fd()),
            Self::Epoll(set) => Some(set.fd()),
            Self::Socket(socket) => Some(socket.fd()),
            Self::File(_) | Self::Scratch(_) | Self::Folder(_) | Self::Device(_) => None,
        }
    }

    /// The kernel's descriptor of a file or a device.
    pub(crate) fn file(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => Some(file.fd()),
            Self::Device(fd) => Some(fd.as_fd()),
            _ => None,
        }
    }

    /// Changes how it is read and written, as far as that is the object's own matter.
    pub(crate) fn set_flags(&self, before: FdFlags, flags: FdFlags) -> Result<()> {
        const FIXED: FdFlags = FdFlags::SYNC.with(FdFlags::DSYNC).with(FdFlags::RSYNC);
        match self {
            Self::File(_) | Self::Scratch(_) if before.and(FIXED) != flags.and(FIXED) => Err(Errno::Inval),
            Self::File(file) => file.set_flags(flags),
            Self::Scratch(file) => {
                file.set_flags(flags);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether what the kernel calls readable is that for the plugin.
    pub(crate) fn is_readable(&self, thread: &Thread) -> bool {
        match self {
            Self::Socket(socket) => socket.is_readable(thread),
            _ => true,
        }
    }

    pub(crate) fn is_file_or_folder(&self) -> bool {
        matches!(self, Self::File(_) | Self::Scratch(_) | Self::Folder(_))
    }

    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe(_))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Self::Input(input) => input.is_terminal(),
            Self::Output(sink) => sink.is_terminal(),
            _ => false,
        }
    }

    pub(crate) fn filetype(&self) -> Filetype {
        match self {
            // A C library takes a character device without a position for a terminal.
            Self::Input(_) | Self::Output(_) if self.is_terminal() => Filetype::CharacterDevice,
            Self::Input(_) | Self::Output(_) => Filetype::Unknown,
            Self::Pipe(_) | Self::Event(_) | Self::Epoll(_) => Filetype::Unknown,
            Self::Socket(socket) => socket.filetype(),
            Self::File(_) | Self::Scratch(_) => Filetype::RegularFile,
            Self::Folder(_) => Filetype::Directory,
            Self::Device(_) => Filetype::CharacterDevice,
        }
    }

    /// What a descriptor of it is good for at most, and what those are that are opened through it.
    pub(crate) fn rights(&self) -> (Rights, Rights) {
        match self {
            Self::Input(_) => (Rights::STREAM.without(Rights::FD_WRITE), Rights::default()),
            Self::Output(_) => (Rights::STREAM.without(Rights::FD_READ), Rights::default()),
            Self::Pipe(pipe) if pipe.is_reader() => (Rights::STREAM.without(Rights::FD_WRITE), Rights::default()),
            Self::Pipe(_) => (Rights::STREAM.without(Rights::FD_READ), Rights::default()),
            Self::Event(_) | Self::Epoll(_) => (Rights::STREAM, Rights::default()),
            Self::Socket(_) => (Rights::SOCKET, Rights::SOCKET),
            Self::File(_) | Self::Scratch(_) | Self::Device(_) => (Rights::FILE, Rights::NONE),
            Self::Folder(_) => FOLDER_RIGHTS,
        }
    }
}
