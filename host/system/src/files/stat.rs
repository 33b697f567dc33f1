//! What the kernel says of a file.

use crate::{Errno, Filestat, Filetype, Result};
use rustix::fd::AsFd;
use rustix::fs::{AtFlags, Statx, StatxFlags, StatxTimestamp, statx};

/// The bits of a mode that don't say what it is.
const PERMISSIONS: u16 = 0o7777;

/// A file's metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat(Statx);

/// What tells a file from all others on the host.
pub(crate) type Id = (u32, u32, u64);

impl Stat {
    /// Of what is open.
    pub(crate) fn of(fd: impl AsFd) -> Result<Self> {
        Self::at(fd, b"", AtFlags::EMPTY_PATH)
    }

    /// Of an entry of an open folder; of the link itself if it is one.
    pub(crate) fn of_entry(folder: impl AsFd, name: &[u8]) -> Result<Self> {
        Self::at(folder, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    fn at(fd: impl AsFd, name: &[u8], flags: AtFlags) -> Result<Self> {
        statx(fd, name, flags, StatxFlags::BASIC_STATS).map(Self).map_err(Errno::from)
    }

    pub(crate) fn is_file(&self) -> bool {
        self.kind().is_file()
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.kind().is_dir()
    }

    pub(crate) fn is_link(&self) -> bool {
        self.kind().is_symlink()
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.stx_size
    }

    pub(crate) fn links(&self) -> u32 {
        self.0.stx_nlink
    }

    pub(crate) fn id(&self) -> Id {
        (self.0.stx_dev_major, self.0.stx_dev_minor, self.0.stx_ino)
    }

    pub(crate) fn filestat(&self) -> Filestat {
        let Statx { stx_atime, stx_mtime, stx_ctime, stx_size, stx_ino, stx_nlink, .. } = self.0;
        Filestat {
            device: rustix::fs::makedev(self.0.stx_dev_major, self.0.stx_dev_minor),
            inode: stx_ino,
            filetype: Filetype::from(self.kind()),
            mode: self.0.stx_mode & PERMISSIONS,
            links: stx_nlink.into(),
            size: stx_size,
            accessed: nanoseconds(stx_atime),
            modified: nanoseconds(stx_mtime),
            changed: nanoseconds(stx_ctime),
        }
    }

    fn kind(&self) -> rustix::fs::FileType {
        rustix::fs::FileType::from_raw_mode(self.0.stx_mode.into())
    }
}

/// Since 1970; what was before that is then.
fn nanoseconds(time: StatxTimestamp) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec.into())
}
