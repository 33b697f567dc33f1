//! Why there is no dump.

use std::io;
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why a plugin that has ended has left no dump.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum DumpError {
    /// The folder has as many dumps as it may have.
    #[error("the folder has {files} dumps already: remove some, or allow more with `Dumps::files`")]
    Full {
        /// How many dumps the folder may have.
        files: usize,
    },
    /// Too many are being written.
    #[error("{most} dumps are being written already")]
    Busy {
        /// How many may be written at the same time.
        most: usize,
    },
    /// It took too long.
    #[error("writing it took longer than {limit:?}")]
    Slow {
        /// How long it may take.
        limit: Duration,
    },
    /// The operating system refused something.
    #[error("can't {what}")]
    Io {
        /// What the host tried.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
}
