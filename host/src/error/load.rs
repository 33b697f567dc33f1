//! Why a module can't become a plugin.

use super::{ArtifactError, CacheError, Error, InterfaceError, ModuleError};
use plugix_abi::{ABI_VERSION, AbiVersion, METADATA_MAGIC, OLDEST_ABI_VERSION};
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why a module can't be loaded or a plugin can't be made of it.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum LoadError {
    /// The module itself is wrong, or of a kind that the host doesn't run.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// A compiled module, which is machine code.
    #[error(
        "a compiled module and not WebAssembly: if you trust who made it, load it with `Artifact::read_file` and \
         `Engine::load_artifact`"
    )]
    IsArtifact,
    /// A compiled module can't be used.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The folder that was named as a cache is not safe.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The processor lacks what code should be compiled for.
    #[error("code for `{wanted}` can't run here: this processor has no {}", missing.join(", "))]
    Cpu {
        /// What code should be compiled for.
        wanted: &'static str,
        /// Features that the processor doesn't have.
        missing: Vec<String>,
    },
    /// Compiling takes too long. It goes on, and a later attempt finds the module ready if it ever ends.
    #[error("the module is not compiled yet after {limit:?}")]
    CompileTime {
        /// The engine's limit.
        limit: Duration,
    },
    /// The compiler panicked.
    #[error("the compiler failed: {0}")]
    Compiler(String),
    /// The module wants something that neither WASIX nor the host provides.
    #[error("unknown import `{module}` `{name}`: neither WASIX nor this host provides it")]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// The module wants a thing of the right name with the wrong type.
    #[error("import `{module}` `{name}` should be {expected}, and the module declares {found}")]
    ImportType {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
        /// What is provided.
        expected: String,
        /// What the module declares.
        found: String,
    },
    /// The module needs more memory to begin with than the policy gives it.
    #[error("the module needs {needed} bytes of memory to begin with, and the policy allows {allowed}")]
    NeedsMemory {
        /// What the module declares, in bytes.
        needed: u64,
        /// The policy's limit, in bytes.
        allowed: u64,
    },
    /// The module needs a larger table to begin with than the policy gives it.
    #[error("the module needs a table of {needed} entries to begin with, and the policy allows {allowed}")]
    NeedsTable {
        /// What the module declares, in entries.
        needed: u64,
        /// The policy's limit, in entries.
        allowed: u32,
    },
    /// A library, where a program is needed.
    #[error("the module is not a command: it exports no `_start`")]
    NotACommand,
    /// The plugin's metadata is somebody else's, or broken.
    #[error("the plugin's metadata begins with {found:#010x}, and not with the magic {METADATA_MAGIC:#010x}")]
    WrongMagic {
        /// The number that stands there.
        found: u32,
    },
    /// The plugin was built with a newer SDK.
    #[error("the plugin needs ABI {found}, and this host knows up to {ABI_VERSION}: update the host")]
    AbiTooNew {
        /// The plugin's version.
        found: AbiVersion,
    },
    /// The plugin was built with an SDK of old.
    #[error("the plugin has ABI {found}, and this host needs {OLDEST_ABI_VERSION} or later: rebuild the plugin")]
    AbiTooOld {
        /// The plugin's version.
        found: AbiVersion,
    },
    /// A part of the metadata can't be read.
    #[error("the plugin's {field} can't be read: {problem}")]
    Metadata {
        /// Which part.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The plugin and the host don't agree on an interface.
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// The plugin's constructor refused, for example because of its configuration.
    #[error("the plugin refused to start: {message}")]
    Refused {
        /// What it says.
        message: String,
    },
    /// The initializer or the constructor failed.
    #[error("the plugin didn't start")]
    Start(#[source] Error),
    /// The configuration is not of the type that the plugin asks for, or can't be passed.
    #[error("the configuration doesn't fit the plugin: {problem}")]
    Configuration {
        /// What is wrong with it.
        problem: String,
    },
    /// The policy names something that isn't there.
    #[error("the policy can't be applied: {what}: {problem}")]
    Policy {
        /// The policy's entry.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file or a thread of the host's.
    #[error("can't {what}")]
    Io {
        /// What was tried.
        what: String,
        /// The operating system's word.
        source: std::io::Error,
    },
    /// The engine refused the module or its instance for a reason that has no variant of its own.
    #[error("the engine refused the module: {0}")]
    Engine(String),
}
