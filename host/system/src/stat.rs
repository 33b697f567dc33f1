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

/// What is told of a file. Times are in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filestat {
    /// The device that it is on.
    pub device: u64,
    /// What tells it from all others on that device.
    pub inode: u64,
    /// What it is.
    pub filetype: Filetype,
    /// Who may read, write and execute it, as nine bits, and three above them. WASI doesn't tell them; Plugix's guests
    /// are told.
    pub mode: u16,
    /// How many names it has.
    pub links: u64,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last read.
    pub accessed: u64,
    /// When its content last changed.
    pub modified: u64,
    /// When anything of it last changed.
    pub changed: u64,
}

/// A time that a file is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// It keeps the one that it has.
    Keep,
    /// When the call is made.
    Now,
    /// Nanoseconds since 1970.
    At(u64),
}
