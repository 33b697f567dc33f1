//! A folder that a plugin sees.

use std::fmt;
use std::path::PathBuf;

/// A folder that a plugin sees.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    /// The path where the plugin sees the folder.
    pub(crate) guest: String,
    pub(crate) source: Source,
}

/// What is mounted.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A folder of the host. `limit` is by how many bytes it may grow.
    Folder { host: PathBuf, access: Access, limit: Option<u64> },
    /// A folder in memory. `limit` is how many bytes it may have.
    Scratch { limit: u64 },
}

/// What a plugin may do in a mounted folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// List and read.
    ReadOnly,
    /// Also create, write, rename and remove.
    ReadWrite,
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Folder { host, .. } => write!(f, "mount {} at {}", host.display(), self.guest),
            Source::Scratch { .. } => write!(f, "scratch folder at {}", self.guest),
        }
    }
}
