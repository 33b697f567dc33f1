//! What the operating system says about a file, and what wasmer-wasix is told.

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, Statx, StatxFlags, StatxTimestamp, statx};
use rustix::io::{Errno, Result as OsResult};
use std::ffi::OsStr;
use virtual_fs::{FileType, FsError, Metadata};

/// A file's metadata.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat(Statx);

/// Distinguishes a file from all other files on the host.
pub(super) type Id = (u32, u32, u64);

impl Stat {
    /// The metadata of something that is open.
    pub(super) fn from_fd(fd: impl AsFd) -> OsResult<Self> {
        Self::at(fd, OsStr::new(""), AtFlags::EMPTY_PATH)
    }

    /// The metadata of an entry in an open folder. If the entry is a link, it is the metadata of the link itself.
    pub(super) fn from_entry(folder: impl AsFd, name: &OsStr) -> OsResult<Self> {
        Self::at(folder, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    fn at(fd: impl AsFd, name: &OsStr, flags: AtFlags) -> OsResult<Self> {
        statx(fd, name, flags, StatxFlags::BASIC_STATS | StatxFlags::BTIME).map(Self)
    }

    pub(super) fn is_file(&self) -> bool {
        self.kind().is_file()
    }

    pub(super) fn len(&self) -> u64 {
        self.0.stx_size
    }

    pub(super) fn links(&self) -> u32 {
        self.0.stx_nlink
    }

    pub(super) fn id(&self) -> Id {
        (self.0.stx_dev_major, self.0.stx_dev_minor, self.0.stx_ino)
    }

    pub(super) fn metadata(&self) -> Metadata {
        let Statx { stx_atime, stx_mtime, stx_btime, stx_size, .. } = self.0;
        Metadata {
            ft: file_type(self.kind()),
            accessed: nanoseconds(stx_atime),
            created: nanoseconds(stx_btime),
            modified: nanoseconds(stx_mtime),
            len: stx_size,
        }
    }

    fn kind(&self) -> rustix::fs::FileType {
        rustix::fs::FileType::from_raw_mode(self.0.stx_mode.into())
    }
}

/// Nanoseconds since 1970. A time before 1970 becomes 0.
fn nanoseconds(time: StatxTimestamp) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec.into())
}

/// wasmer-wasix would panic on a kind of file that it doesn't know.
pub(super) fn file_type(kind: rustix::fs::FileType) -> FileType {
    use rustix::fs::FileType as Kind;
    let mut found = FileType::default();
    match kind {
        Kind::Directory => found.dir = true,
        Kind::RegularFile => found.file = true,
        Kind::Symlink => found.symlink = true,
        Kind::BlockDevice => found.block_device = true,
        Kind::Fifo => found.fifo = true,
        Kind::Socket => found.socket = true,
        _ => found.char_device = true,
    }
    found
}

pub(super) fn fs_error(error: Errno) -> FsError {
    match error {
        Errno::NOENT => FsError::EntryNotFound,
        Errno::EXIST => FsError::AlreadyExists,
        Errno::NOTDIR => FsError::BaseNotDirectory,
        Errno::NOTEMPTY => FsError::DirectoryNotEmpty,
        Errno::ISDIR => FsError::NotAFile,
        Errno::INVAL | Errno::NAMETOOLONG => FsError::InvalidInput,
        Errno::NOSPC | Errno::DQUOT => crate::sandbox::files::volume::NO_SPACE,
        // The first three mean that a path leads out of its folder. The others mean that a file may not be written.
        // wasmer-wasix then tries to read it.
        Errno::XDEV | Errno::LOOP | Errno::AGAIN | Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::TXTBSY => {
            FsError::PermissionDenied
        }
        _ => FsError::IOError,
    }
}
