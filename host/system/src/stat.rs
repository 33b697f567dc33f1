//! What is told of a descriptor or a file.

use crate::{FdFlags, Rights};

/// What something is, by WASI's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Filetype {
    /// Something else.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A character device.
    CharacterDevice = 2,
    /// A folder.
    Directory = 3,
    /// A file.
    RegularFile = 4,
    /// A socket for datagrams.
    SocketDgram = 5,
    /// A socket for a stream.
    SocketStream = 6,
    /// A symbolic link.
    SymbolicLink = 7,
    /// A socket for what lies below.
    SocketRaw = 8,
    /// A socket for messages in sequence.
    SocketSeqpacket = 9,
}

/// What is told of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fdstat {
    /// What it is.
    pub filetype: Filetype,
    /// How it reads and writes.
    pub flags: FdFlags,
    /// What it is good for.
    pub rights: Rights,
    /// What a descriptor is good for that is opened through it.
    pub inheriting: Rights,
}

impl From<rustix::fs::FileType> for Filetype {
    fn from(kind: rustix::fs::FileType) -> Self {
        use rustix::fs::FileType as Kind;
        match kind {
            Kind::RegularFile => Self::RegularFile,
            Kind::Directory => Self::Directory,
            Kind::Symlink => Self::SymbolicLink,
            Kind::BlockDevice => Self::BlockDevice,
            Kind::CharacterDevice => Self::CharacterDevice,
            Kind::Socket => Self::SocketStream,
            Kind::Fifo | Kind::Unknown => Self::Unknown,
        }
    }
}
