//! Why a compiled module can't be used.

use std::io;
use thiserror::Error as ThisError;

/// Why a compiled module can't be read, or not be run here.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The bytes are something else.
    #[error(
        "not a compiled module: it begins with {found:02x?}{}",
        if found.starts_with(b"\0asm") { "; it is WebAssembly, for `Engine::load`" } else { "" }
    )]
    NotAnArtifact {
        /// The first bytes, eight at most.
        found: Vec<u8>,
    },
    /// The file has another form than this host reads.
    #[error("a compiled module in format {artifact}, and this host reads format {host}: compile it again")]
    OtherFormat {
        /// The file's format.
        artifact: u32,
        /// The host's.
        host: u32,
    },
    /// The file is truncated, or something changed in it.
    #[error("the compiled module is damaged: {problem}: copy or compile it again")]
    Damaged {
        /// How that shows.
        problem: String,
    },
    /// It was compiled by another version of something that its code depends on.
    #[error("compiled by {what} {artifact}, and this host has {host}: compile it again with the host's version")]
    OtherVersion {
        /// What has another version.
        what: &'static str,
        /// The version that compiled it.
        artifact: String,
        /// The version that is here.
        host: String,
    },
    /// It was compiled for another kind of processor or operating system.
    #[error("compiled for {artifact}, and this host is {host}: compile it there")]
    OtherTarget {
        /// What it was compiled for.
        artifact: String,
        /// What is here.
        host: String,
    },
    /// It may use features that this host's processor doesn't have, or that the engine was told not to use.
    #[error(
        "compiled for a processor with {}, which this host doesn't have (it has {}): compile it for a lesser one, \
         such as `baseline`",
        missing.join(", "),
        host.join(", ")
    )]
    OtherCpu {
        /// The features that are missing.
        missing: Vec<String>,
        /// The features that are here.
        host: Vec<String>,
    },
    /// It was compiled by a compiler that was told other things.
    #[error("compiled by `{artifact}`, and this host's compiler is `{host}`: compile it again")]
    OtherConfiguration {
        /// The compiler and what it was told.
        artifact: String,
        /// This host's.
        host: String,
    },
    /// A file of the host's.
    #[error("can't {what}")]
    Io {
        /// What was tried.
        what: String,
        /// The operating system's word.
        source: io::Error,
    },
    /// The engine refused it although everything that is known of it is right.
    #[error("the engine refused the compiled module: {0}")]
    Engine(String),
}
