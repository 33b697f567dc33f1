//! How a file is opened.

use crate::{Errno, FdFlags, Result, Rights};
use rustix::fs::OFlags;

/// How to open a file or a folder.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct How {
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) create: bool,
    pub(crate) exclusive: bool,
    pub(crate) truncate: bool,
    pub(crate) directory: bool,
    pub(crate) follow: bool,
    pub(crate) fd_flags: FdFlags,
}

impl How {
    /// From WASI's flags: of what to open, and of how it is read and written.
    pub(crate) fn new(follow: bool, flags: u16, rights: Rights, fd_flags: FdFlags) -> Result<Self> {
        let flag = |bit: u16| flags & bit != 0;
        let how = Self {
            read: rights.contains(Rights::FD_READ),
            write: rights.intersects(Rights::FD_WRITE.with(Rights::FD_ALLOCATE).with(Rights::FD_FILESTAT_SET_SIZE)),
            create: flag(1),
            directory: flag(2),
            exclusive: flag(1) && flag(4),
            truncate: flag(8),
            follow,
            fd_flags,
        };
        match flags > 15 || how.directory && (how.create || how.truncate) {
            true => Err(Errno::Inval),
            false => Ok(how),
        }
    }

    /// A folder, to be read.
    pub(crate) const FOLDER: Self = Self {
        read: true,
        write: false,
        create: false,
        exclusive: false,
        truncate: false,
        directory: true,
        follow: true,
        fd_flags: FdFlags::NONE,
    };

    /// Whether it changes something, or allows to.
    pub(crate) fn changes(&self) -> bool {
        self.write || self.truncate
    }

    pub(crate) fn flags(&self) -> OFlags {
        let mut flags = match (self.read, self.changes()) {
            (_, false) => OFlags::RDONLY,
            (false, true) => OFlags::WRONLY,
            (true, true) => OFlags::RDWR,
        };
        flags.set(OFlags::CREATE, self.create);
        flags.set(OFlags::EXCL, self.exclusive);
        flags.set(OFlags::TRUNC, self.truncate);
        flags.set(OFlags::DIRECTORY, self.directory);
        flags.set(OFlags::NOFOLLOW, !self.follow);
        flags.set(OFlags::APPEND, self.fd_flags.contains(FdFlags::APPEND));
        flags.set(OFlags::DSYNC, self.fd_flags.contains(FdFlags::DSYNC));
        flags.set(OFlags::SYNC, self.fd_flags.intersects(FdFlags::SYNC.with(FdFlags::RSYNC)));
        flags
    }
}
