//! What a policy says about files.

use super::Policy;
use plugix_system::{Access, Device, Source};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

/// All that a plugin sees is below its root. It is the current folder, too, unless a policy says otherwise.
pub(super) const ROOT: &str = "/";

/// How many descriptors a plugin may have open at once. Files, folders, sockets and others count together.
pub(super) const OPEN_FILES: u32 = 256;

/// The least and the most descriptors that a policy can allow. A plugin begins with its standard streams, its root and
/// its mounts. An ordinary program fails in odd ways when few descriptors are left. `plugix_system::Setup` takes no more
/// than the most.
pub(super) const OPEN_FILES_RANGE: RangeInclusive<u32> = 64..=1 << 16;

/// Something that a plugin sees in its file system, as the policy names it.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The path where the plugin sees it.
    pub(crate) guest: String,
    pub(crate) source: Source,
}

impl Mount {
    /// Where the plugin sees it.
    pub fn guest(&self) -> &str {
        &self.guest
    }

    /// Whether it gives all that the other one does: the same folder of the host's in the same place, with as much access and
    /// room, or as much room in memory.
    pub fn covers(&self, other: &Self) -> bool {
        // No limit is more than any.
        let room = |limit: &Option<u64>| limit.unwrap_or(u64::MAX);
        is_same_place(&self.guest, &other.guest)
            && match (&self.source, &other.source) {
                (
                    Source::Folder { host, access, limit },
                    Source::Folder { host: other, access: wanted, limit: most },
                ) => {
                    let is_same = std::path::absolute(host).ok() == std::path::absolute(other).ok();
                    is_same
                        && match (access, wanted) {
                            (_, Access::ReadOnly) => true,
                            (Access::ReadOnly, Access::ReadWrite) => false,
                            (Access::ReadWrite, Access::ReadWrite) => room(limit) >= room(most),
                        }
                }
                (Source::Scratch { limit }, Source::Scratch { limit: most }) => limit >= most,
                (Source::Device(device), Source::Device(other)) => device == other,
                _ => false,
            }
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Folder { host, access, limit } => {
                let access = if *access == Access::ReadOnly { "read-only" } else { "read-write" };
                write!(f, "{access} mount {} at {}", host.display(), self.guest)?;
                limit.map_or(Ok(()), |limit| write!(f, " with {limit} bytes more"))
            }
            Source::Scratch { limit } => write!(f, "scratch folder of {limit} bytes at {}", self.guest),
            Source::Device(_) => write!(f, "device at {}", self.guest),
        }
    }
}

impl Policy {
    /// Shows the folder `host` to the plugin as the absolute path `guest`, which may be `/`.
    ///
    /// The plugin can't leave the folder through it, whatever links there are. It can use files, folders and links. It
    /// can't open a device, a pipe or a socket. The links that the plugin makes are relative, and lead to something in the
    /// mounted folder; `..` may lead up as far as that goes.
    #[must_use]
    pub fn mount(self, host: impl AsRef<Path>, guest: impl Into<String>, access: Access) -> Self {
        self.mounted(guest, Source::Folder { host: host.as_ref().to_owned(), access, limit: None })
    }

    /// Shows the folder `host` to the plugin as the absolute path `guest`, to be read and changed. The folder may grow
    /// by `max_bytes` through the plugin. What the plugin writes counts, and each file, folder or link that it makes
    /// counts for 4,096 bytes. What it removes, it may add again. Past the limit the plugin finds no space left.
    #[must_use]
    pub fn mount_limited(self, host: impl AsRef<Path>, guest: impl Into<String>, max_bytes: u64) -> Self {
        let host = host.as_ref().to_owned();
        let access = Access::ReadWrite;
        let limit = Some(max_bytes);
        self.mounted(guest, Source::Folder { host, access, limit })
    }

    /// What the plugin sees in just this place, which may be above other mounts or below them.
    pub fn mounted_at(&self, guest: &str) -> Option<&Mount> {
        self.mounts.iter().find(|mount| is_same_place(&mount.guest, guest))
    }

    /// Gives the plugin an empty folder in memory, as the absolute path `guest`. The folder is gone when the plugin is.
    /// It holds `max_bytes` at most. Files count in steps of 4,096 bytes, and each file, folder or link counts for
    /// 4,096 bytes more.
    #[must_use]
    pub fn scratch(self, guest: impl Into<String>, max_bytes: u64) -> Self {
        self.mounted(guest, Source::Scratch { limit: max_bytes })
    }

    /// Sets where the plugin's relative paths begin: an absolute path, as the plugin sees it. The default is `/`. There is
    /// a folder in that place: a mount, a scratch folder, or one below them.
    #[must_use]
    pub fn current_folder(mut self, guest: impl Into<String>) -> Self {
        self.current_folder = guest.into();
        self
    }

    /// Gives the plugin the devices `/dev/null`, `/dev/zero`, `/dev/random` and `/dev/urandom`. They do no harm. Some
    /// programs expect them, and `/dev/shm` as well, which is a [`Policy::scratch`] folder like any other.
    #[must_use]
    pub fn devices(self) -> Self {
        let devices = [
            ("/dev/null", Device::Null),
            ("/dev/zero", Device::Zero),
            ("/dev/random", Device::Random),
            ("/dev/urandom", Device::Random),
        ];
        devices.into_iter().fold(self, |policy, (guest, device)| policy.mounted(guest, Source::Device(device)))
    }

    /// Limits how many descriptors the plugin may have open at once. Its standard streams and its root count. The
    /// default is 256. A number below 64 counts as 64, and a number above 65,536 as 65,536. Past the limit the plugin
    /// finds too many open files.
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

/// Whether two paths name the same place, however many slashes they have.
fn is_same_place(one: &str, other: &str) -> bool {
    Path::new(one).components().eq(Path::new(other).components())
}
