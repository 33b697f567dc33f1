//! The files of a policy.

use super::Policy;
use crate::sandbox::files::{Access, Mount, Source};
use std::ops::RangeInclusive;
use std::path::Path;

/// Descriptors that a plugin may have open at once: files, folders, sockets and others together.
pub(super) const OPEN_FILES: u32 = 256;

/// The least and the most that a policy can allow of them. A plugin begins with its standard streams, its root and its
/// mounts, and an ordinary program fails in odd ways when little more is left. wasmer-wasix knows no larger number.
pub(super) const OPEN_FILES_RANGE: RangeInclusive<u32> = 64..=1 << 16;

impl Policy {
    /// Shows the folder `host` to the plugin as the absolute path `guest`.
    ///
    /// Nothing outside of the folder is reached through it, whatever links there are. Only files, folders and links are
    /// of use to the plugin; it can't open a device, a pipe or a socket. The links that it may make lead to what is in
    /// the same folder or below.
    #[must_use]
    pub fn mount(self, host: impl AsRef<Path>, guest: impl Into<String>, access: Access) -> Self {
        self.mounted(guest, Source::Folder { host: host.as_ref().to_owned(), access, limit: None })
    }

    /// Shows the folder `host` to the plugin as the absolute path `guest`, to be read and changed. By all that the
    /// plugin does there, the folder may grow by `max_bytes`: what it writes counts, and 4,096 bytes for each file,
    /// folder or link; what it removes it may add again. Past that it finds no space left.
    #[must_use]
    pub fn mount_limited(self, host: impl AsRef<Path>, guest: impl Into<String>, max_bytes: u64) -> Self {
        let (host, access, limit) = (host.as_ref().to_owned(), Access::ReadWrite, Some(max_bytes));
        self.mounted(guest, Source::Folder { host, access, limit })
    }

    /// Gives the plugin an empty folder in memory, as the absolute path `guest`. It is gone when the plugin is. It holds
    /// at most `max_bytes`: files count in steps of 4,096 bytes, and each file, folder or link counts for 4,096 more.
    #[must_use]
    pub fn scratch(self, guest: impl Into<String>, max_bytes: u64) -> Self {
        self.mounted(guest, Source::Scratch { limit: max_bytes })
    }

    /// Limits how many descriptors the plugin may have open at once, its standard streams and its root included; 256
    /// unless set. Fewer than 64 count as 64, and more than 65,536 as 65,536. Past the limit the plugin finds too many
    /// open files.
    #[must_use]
    pub fn max_open_files(mut self, count: u32) -> Self {
        self.max_open_files = count.clamp(*OPEN_FILES_RANGE.start(), *OPEN_FILES_RANGE.end());
        self
    }

    fn mounted(mut self, guest: impl Into<String>, source: Source) -> Self {
        self.mounts.push(Mount { guest: guest.into(), source });
        self
    }
}
