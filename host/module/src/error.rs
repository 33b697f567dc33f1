//! Why a module can't become a plugin, as far as its bytes say.

use crate::Size;
use plugix_abi::METADATA_EXPORT;
use plugix_abi::interface::descriptor::DescriptorError;
use plugix_requests::SectionError;
use std::time::Duration;
use thiserror::Error as ThisError;
use wasmparser::BinaryReaderError;

/// Why a module can't become a plugin, as far as its bytes say.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ModuleError {
    /// The bytes are no WebAssembly at all.
    #[error("not a WebAssembly module: it begins with {found:02x?} and not with `\\0asm`")]
    NotWasm {
        /// The first bytes, four at most.
        found: Vec<u8>,
    },
    /// A component and not a core module.
    #[error("a WebAssembly component, and plugins are core modules: build it for `wasm32-wasmer-wasi`")]
    Component,
    /// The module is truncated, or breaks the format or its rules.
    #[error("not a valid WebAssembly module: {message} (at byte {offset})")]
    Malformed {
        /// What the parser says.
        message: String,
        /// Where in the file, in bytes.
        offset: u64,
    },
    /// The module uses a proposal that it may not use.
    #[error("the module uses the proposal `{proposal}` ({message}, at byte {offset}): {why}")]
    Proposal {
        /// The proposal's name.
        proposal: &'static str,
        /// What the validator says.
        message: String,
        /// Where in the file, in bytes.
        offset: u64,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// The module has an instruction that it may not have.
    #[error("the module has the instruction `{operator}` of the proposal `{proposal}` at byte {offset}: {why}")]
    Operator {
        /// The instruction, with `_` in place of dots.
        operator: &'static str,
        /// The proposal's name.
        proposal: &'static str,
        /// Where in the file, in bytes.
        offset: u64,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// The module, or a part of it, is larger than the host takes.
    #[error("the module has {}, and this host takes {} at most", amount(*found, what), amount(*allowed, what))]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there is, as far as it was counted.
        found: u64,
        /// The host's limit.
        allowed: u64,
    },
    /// Compiling the module, or one of its functions, would take too long.
    #[error(
        "compiling {what} {function} would take about {predicted:.1?}, and this host allows {allowed:.1?}: split the \
         function into smaller ones, or raise `ModuleLimits::{limit}`"
    )]
    CompileWork {
        /// What takes too long, so that it fits before the function.
        what: &'static str,
        /// The function that takes longest: its index, and its name if the module tells that.
        function: String,
        /// How long it would take, as predicted from the code.
        predicted: Duration,
        /// How long it may take.
        allowed: Duration,
        /// The limit that says so.
        limit: &'static str,
    },
    /// Compiling the module would take too much memory.
    #[error(
        "compiling the module, most of all the function {function}, would take about {} of memory, and \
         this host allows {}: split the function into smaller ones, or raise `ModuleLimits::work_memory`",
        Size(*predicted), Size(*allowed)
    )]
    CompileMemory {
        /// The function that takes most: its index, and its name if the module tells that.
        function: String,
        /// How many bytes it would take, as predicted from the code.
        predicted: u64,
        /// How many it may take.
        allowed: u64,
    },
    /// The module neither imports nor exports a memory.
    #[error("the module has no memory that the host could reach: import `env` `memory` or export one")]
    NoMemory,
    /// The module has several memories.
    #[error("the module has {count} memories, and one is supported")]
    SeveralMemories {
        /// How many.
        count: usize,
    },
    /// The memory has 64-bit addresses.
    #[error("the module has a 64-bit memory, which the Cranelift compiler doesn't support")]
    Memory64,
    /// The module is to be linked at run time.
    #[error("the module is dynamically linked (it has a `dylink.0` section): link it statically")]
    DynamicLinking,
    /// The module imports something that is neither a function nor a memory.
    #[error("unknown import `{module}` `{name}`: neither WASIX nor this host provides it")]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// A program that runs once, where a library is needed.
    #[error("the module is a command (it exports `_start`), and a plugin is a reactor: build it as a `cdylib`")]
    CommandNotReactor,
    /// A library that would never run its constructors.
    #[error("the module exports no `_initialize`: link it with `crt1-reactor.o`, as `plugix-toolchain` does")]
    NoInitialize,
    /// The module knows nothing of Plugix.
    #[error(
        "the module exports no `{METADATA_EXPORT}`: it is no plugin (use `plugix_guest::plugin`, or load it as a raw module)"
    )]
    NotAPlugin,
    /// The custom section of what the plugin asks for can't be read, or asks for what can't be.
    #[error("the module's requests are none")]
    Requests(#[source] SectionError),
    /// A custom section that describes the plugin can't be read.
    #[error("the custom section `{section}` can't be read")]
    Descriptor {
        /// The section's name.
        section: &'static str,
        /// What is wrong with it.
        #[source]
        problem: DescriptorError,
    },
}

impl From<BinaryReaderError> for ModuleError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed { message: error.message().to_owned(), offset: error.offset() }
    }
}

fn amount(number: u64, what: &str) -> String {
    match what {
        "bytes" => Size(number).to_string(),
        what => format!("{number} {what}"),
    }
}
