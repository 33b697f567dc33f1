//! Why a module can't become a plugin.

use super::{ArtifactError, CacheError, ChildError, Error, InterfaceError, ModuleError, ProcessError};
use plugix_abi::{ABI_VERSION, AbiVersion, METADATA_MAGIC, OLDEST_ABI_VERSION};
use plugix_module::Size;
use std::time::Duration;
use thiserror::Error as ThisError;

/// How a compiler's process says [`LoadError::NoOptimizer`].
pub(crate) const NO_OPTIMIZER: &str = "the compiler's program has no LLVM";

/// Why a module can't be loaded, or no plugin can be made of it.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum LoadError {
    /// The module itself is wrong, or the host doesn't run modules of its kind.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The bytes are a compiled module, and that is machine code.
    #[error(
        "a compiled module and not WebAssembly: if you trust who made it, load it with `Artifact::read_file` and \
         `Engine::load_artifact`"
    )]
    IsArtifact,
    /// A compiled module can't be used.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The folder that was named as a cache can't be one.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The processor lacks features that the code should be compiled for.
    #[error("code for `{wanted}` can't run here: this processor has no {}", missing.join(", "))]
    Cpu {
        /// What the code should be compiled for.
        wanted: &'static str,
        /// The features that the processor lacks.
        missing: Vec<String>,
    },
    /// Compiling takes too long. It ends with the function that is being compiled, or at once in a process of its own.
    #[error("the module is not compiled yet after {limit:?}")]
    CompileTime {
        /// The engine's limit.
        limit: Duration,
    },
    /// Something went wrong with the process that should compile the module.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// LLVM should compile, and the program that compiles has none.
    #[error("{NO_OPTIMIZER}: build it with the feature `llvm` of plugix-host")]
    NoOptimizer,
    /// The compiler panicked.
    #[error("the compiler failed: {0}")]
    Compiler(String),
    /// Another plugin can't implement the interface for this one.
    #[error("`{interface}` can't be another plugin's: {problem}")]
    Link {
        /// The interface's name.
        interface: String,
        /// Why not.
        problem: String,
    },
    /// The module wants something that neither WASIX nor the host provides.
    #[error("unknown import `{module}` `{name}`: neither WASIX nor this host provides it")]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// The module wants an import of the right name and of the wrong type.
    #[error("import `{module}` `{name}` should be {expected}, and the module declares {found}")]
    ImportType {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
        /// The type that is provided.
        expected: String,
        /// The type that the module declares.
        found: String,
    },
    /// The module needs more memory than the policy allows: to begin with, or by its author's word.
    #[error("the module needs {} of memory, and the policy allows {} (`limits.memory`)", Size(*needed), Size(*allowed))]
    NeedsMemory {
        /// What the module or its author declares, in bytes.
        needed: u64,
        /// The policy's limit, in bytes.
        allowed: u64,
    },
    /// The plugin's author says that it starts more threads than the policy allows.
    #[error("the plugin starts {needed} threads, and the policy allows {allowed} (`limits.threads`)")]
    NeedsThreads {
        /// How many it starts.
        needed: usize,
        /// The policy's limit.
        allowed: usize,
    },
    /// The module needs a larger table to begin with than the policy allows.
    #[error("the module needs a table of {needed} entries to begin with, and the policy allows {allowed}")]
    NeedsTable {
        /// What the module declares, in entries.
        needed: u64,
        /// The policy's limit, in entries.
        allowed: u32,
    },
    /// The module is a library, and this needs a program.
    #[error("the module is not a command: it exports no `_start`")]
    NotACommand,
    /// The metadata is not that of a Plugix plugin, or it is broken.
    #[error("the plugin's metadata begins with {found:#010x}, and not with the magic {METADATA_MAGIC:#010x}")]
    WrongMagic {
        /// The number that stands there instead.
        found: u32,
    },
    /// The plugin was built with a newer SDK.
    #[error("the plugin needs ABI {found}, and this host knows up to {ABI_VERSION}: update the host")]
    AbiTooNew {
        /// The plugin's version.
        found: AbiVersion,
    },
    /// The plugin was built with an SDK that is too old.
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
        /// What the plugin says.
        message: String,
    },
    /// The plugin's initializer or constructor failed.
    #[error("the plugin didn't start")]
    Start(#[source] Error),
    /// The configuration has another type than the plugin asks for, or it can't be passed.
    #[error("the configuration doesn't fit the plugin: {problem}")]
    Configuration {
        /// What is wrong with the configuration.
        problem: String,
    },
    /// The policy names something that doesn't exist.
    #[error("the policy can't be applied: {what}: {problem}")]
    Policy {
        /// The policy's entry.
        what: String,
        /// What is wrong with the entry.
        problem: String,
    },
    /// Something is wrong with the process that the plugin should have for itself.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The kernel lacks what should lock the plugin's process in.
    #[error("the plugin's process can't be locked in: {problem}: `Isolation::best_effort` does without")]
    Wall {
        /// What the kernel lacks.
        problem: String,
    },
    /// A plugin in a process of its own can't have something that it should have.
    #[error("not with a process of its own: {what}")]
    Isolation {
        /// What it can't have.
        what: String,
    },
    /// The operating system refused the host a file or a thread.
    #[error("can't {what}")]
    Io {
        /// What the host tried.
        what: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The engine refused the module or its instance, for a reason that no other variant has.
    #[error("the engine refused the module: {0}")]
    Engine(String),
}
