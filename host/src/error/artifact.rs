//! Why a compiled module can't be used.

use std::io;
use thiserror::Error as ThisError;

/// Why a compiled module can't be read, or can't run here.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The bytes are no compiled module.
    #[error(
        "not a compiled module: it begins with {found:02x?}{}",
        if found.starts_with(b"\0asm") { "; it is WebAssembly, for `Engine::load`" } else { "" }
    )]
    NotAnArtifact {
        /// The first bytes, eight at most.
        found: Vec<u8>,
    },
    /// The file has another format than this host reads.
    #[error("a compiled module in format {artifact}, and this host reads format {host}: compile it again")]
    OtherFormat {
        /// The file's format.
        artifact: u32,
        /// The format that this host reads.
        host: u32,
    },
    /// The file is truncated, or some of its bytes have changed.
    #[error("the compiled module is damaged: {problem}: copy or compile it again")]
    Damaged {
        /// How the damage shows.
        problem: String,
    },
    /// Another version of something compiled it, and the code depends on that version.
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
    /// The code may use features that this host's processor lacks, or that the engine was told not to use.
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
    /// A compiler with other settings compiled it.
    #[error("compiled by `{artifact}`, and this host's compiler is `{host}`: compile it again")]
    OtherConfiguration {
        /// That compiler and its settings.
        artifact: String,
        /// This host's compiler and its settings.
        host: String,
    },
    /// The operating system refused to read or write a file.
    #[error("can't {what}")]
    Io {
        /// What the host tried.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The engine refused the compiled module, although all that the host knows of it is right.
    #[error("the engine refused the compiled module: {0}")]
    Engine(String),
}
