//! Why a release could not be shipped.

use super::release::ReleaseError;
use crate::error::Error;
use thiserror::Error as ThisError;

/// Why a release could not be shipped, or a host not run.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ShipError {
    /// The release is none.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The module is another one than the release names.
    #[error("the release is of {wanted}, and the module is {found}")]
    OtherModule {
        /// The hash in the release.
        wanted: String,
        /// The module's own.
        found: String,
    },
    /// Somebody else has changed the plugin meanwhile.
    #[error("somebody else has changed `{plugin}` meanwhile: look at it, and apply again")]
    Changed {
        /// The plugin.
        plugin: String,
    },
    /// The module of a release was deleted while the release was applied.
    #[error("the module of `{plugin}` was deleted while its release was applied: apply it again")]
    JustPruned {
        /// The plugin.
        plugin: String,
    },
    /// There is no such plugin.
    #[error("the fleet has no plugin `{plugin}`")]
    NoSuchPlugin {
        /// The name.
        plugin: String,
    },
    /// Another host has this name, and lives.
    #[error("another host named `{host}` lives: give each host a name of its own")]
    HostTaken {
        /// The name.
        host: String,
    },
    /// The buckets can't be used. Servers need JetStream for them.
    #[error("the bucket `{bucket}` can't be used: {problem}")]
    Bucket {
        /// The bucket.
        bucket: &'static str,
        /// What the servers say.
        problem: String,
    },
    /// The fleet can't be reached.
    #[error(transparent)]
    Fleet(#[from] Error),
}
