//! The files that a plugin sees: what its policy mounts, and nothing else.

mod depth;
mod file;
mod folder;
mod host;
mod ledger;
mod listing;
mod open;
mod path;
mod scratch;
mod space;
mod stat;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

pub use host::Access;

pub(crate) use depth::MAX_DEPTH;
pub(crate) use file::{HostFile, set_times_of};
pub(crate) use folder::OpenFolder;
pub(crate) use host::{FOLDER, HostMount, beneath};
pub(crate) use listing::Listed;
pub(crate) use open::How;
pub(crate) use path::{check, climb, joined, split, trimmed};
pub(crate) use scratch::ScratchFile;
pub(crate) use stat::{Id, Stat};
pub(crate) use tree::{Place, Spot, Tree};
pub(crate) use walk::{Fast, Start, Target, Walked};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Something that a plugin sees in its file system.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Where it sees it: an absolute path without `.` and `..`; the root too.
    pub at: PathBuf,
    /// What it sees there.
    pub source: Source,
}

/// What is mounted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Source {
    /// A folder of the host's.
    Folder {
        /// Where the host has it.
        host: PathBuf,
        /// What may be done in it.
        access: Access,
        /// By how many bytes it may grow by what the plugin does; as far as the disk allows if there is no limit.
        limit: Option<u64>,
    },
    /// A folder in memory, which is gone when the plugin is.
    Scratch {
        /// How many bytes it may hold: files count in steps of 4,096 bytes, and each name counts for 4,096 more.
        limit: u64,
    },
    /// A device.
    Device(Device),
}

/// A device that does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Device {
    /// Empty, and takes everything.
    Null,
    /// Zeros without end.
    Zero,
    /// Random bytes without end.
    Random,
}

impl Device {
    /// Where the host has it.
    pub fn path(self) -> &'static str {
        match self {
            Self::Null => "/dev/null",
            Self::Zero => "/dev/zero",
            Self::Random => "/dev/urandom",
        }
    }
}
