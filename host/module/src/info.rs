//! What a module is, wants and offers.

use crate::{InterfaceError, ModuleError, Signature, interface};
use plugix_abi::interface::Contract;
use plugix_abi::interface::descriptor::{About, Descriptor, PluginDescriptor};
use plugix_abi::{METADATA_EXPORT, import};
use plugix_requests::Requests;
use std::fmt;
use wasmparser::{FuncType, TypeRef};

/// What a module is, as its sections say: nothing was compiled or run to know this.
#[derive(Clone, Debug)]
pub struct ModuleInfo {
    /// The system interfaces that the module calls.
    pub wasi: Wasi,
    /// Whether it is a program or a library.
    pub form: Form,
    /// Where its memory comes from.
    pub memory: MemoryKind,
    /// Whether it can start threads.
    pub threads: Threads,
    /// Everything that it imports, in the module's order.
    pub imports: Vec<Import>,
    /// The names of everything that it exports, in the module's order.
    pub exports: Vec<String>,
    /// The module's name in its own section of names.
    pub name: Option<String>,
    /// What the plugin says of itself, if it is one that `#[plugix_guest::plugin]` registered.
    pub plugin: Option<PluginDescriptor>,
    /// Who the plugin says it is, for people. Plugins of older SDKs say nothing here.
    pub about: Option<About>,
    /// What it asks for, each with a reason. Nothing is granted by that.
    pub requests: Requests,
    /// The interfaces that it implements.
    pub implements: Vec<Descriptor>,
    /// The section that says so, as the module has it: for whoever passes it on
    /// ([`read_interfaces`](plugix_abi::interface::descriptor::read_interfaces)).
    pub descriptors: Vec<u8>,
    /// The interfaces that it wants the host to implement.
    pub uses: Vec<Descriptor>,
    /// The module's size in bytes.
    pub size: usize,
    /// The entries of its largest table to begin with.
    pub table_entries: u64,
    /// The entries of all its tables together to begin with. Each thread has tables of its own.
    pub all_table_entries: u64,
    /// How many tables it has.
    pub tables: u64,
    pub(crate) memories: usize,
    pub(crate) dynamic: bool,
}

/// The system interfaces that a module calls; a WASIX program usually calls preview 1 as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wasi {
    /// `wasi_unstable`, the interface before preview 1.
    pub unstable: bool,
    /// `wasi_snapshot_preview1`.
    pub preview1: bool,
    /// `wasix_32v1`.
    pub wasix32: bool,
    /// `wasix_64v1`.
    pub wasix64: bool,
}

/// Whether a module is a program or a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Runs once, from `_start`.
    Command,
    /// Is initialized by `_initialize` and then called.
    Reactor,
    /// Exports neither of the two.
    Bare,
}

/// Where a module's memory comes from. Sizes are in pages of 64 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryKind {
    /// The host makes it.
    Imported {
        /// Whether threads can share it.
        shared: bool,
        /// Pages at the start.
        minimum: u64,
        /// Pages at the most, as the module says.
        maximum: Option<u64>,
    },
    /// The module makes it and shows it to the host.
    Exported {
        /// Whether threads can share it.
        shared: bool,
        /// Pages at the start.
        minimum: u64,
        /// Pages at the most, as the module says.
        maximum: Option<u64>,
    },
    /// There is none, or none that the host can reach.
    None,
    /// It has 64-bit addresses.
    Wide,
}

/// Whether a module can start threads, or the first thing that keeps it from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// It can.
    Possible,
    /// Its memory can't be shared.
    MemoryNotShared,
    /// Its memory is its own: each thread would have another.
    MemoryNotImported,
    /// It exports no `wasi_thread_start`.
    NoThreadStart,
    /// It never asks for one: it imports no function that starts a thread.
    NeverSpawns,
}

/// Something that a module wants from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module that it is to come from.
    pub module: String,
    /// Its name there.
    pub name: String,
    pub(crate) ty: ImportType,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImportType {
    Function(FuncType),
    Other(TypeRef),
}

impl Import {
    /// Whether it is the memory, which the host makes whatever its name.
    pub fn is_memory(&self) -> bool {
        matches!(self.ty, ImportType::Other(TypeRef::Memory(_)))
    }

    /// Whether the host, and not WASIX, provides it.
    pub fn is_host_function(&self) -> bool {
        self.module == import::HOST || self.module.starts_with(import::INTERFACE_PREFIX)
    }

    /// What the module declares, in words.
    pub fn describe(&self) -> String {
        match (self.signature(), &self.ty) {
            (Some(ty), _) => ty.to_string(),
            (None, ImportType::Function(ty)) => format!("{ty:?}"),
            (None, ImportType::Other(ty)) => format!("{ty:?}"),
        }
    }

    /// The type that the module declares, if it is a function of numbers.
    pub fn signature(&self) -> Option<Signature> {
        match &self.ty {
            ImportType::Function(ty) => Signature::of(ty),
            ImportType::Other(_) => None,
        }
    }
}

impl ModuleInfo {
    /// Whether the module says that it is a Plugix plugin.
    pub fn is_plugin(&self) -> bool {
        self.exports(METADATA_EXPORT)
    }

    /// Whether the module exports something of this name.
    pub fn exports(&self, name: &str) -> bool {
        self.exports.iter().any(|export| export == name)
    }

    /// Checks that the module can run in some role.
    ///
    /// # Errors
    /// The variant of [`ModuleError`] that says what keeps it from that.
    pub fn check_runnable(&self) -> Result<(), ModuleError> {
        if self.dynamic {
            return Err(ModuleError::DynamicLinking);
        }
        if self.memories > 1 {
            return Err(ModuleError::SeveralMemories { count: self.memories });
        }
        match self.memory {
            MemoryKind::None => Err(ModuleError::NoMemory),
            MemoryKind::Wide => Err(ModuleError::Memory64),
            _ => Ok(()),
        }
    }

    /// Checks that the module is a plugin.
    ///
    /// # Errors
    /// [`ModuleError::CommandNotReactor`], [`ModuleError::NotAPlugin`] or [`ModuleError::NoInitialize`] if it is not.
    pub fn check_plugin(&self) -> Result<(), ModuleError> {
        match self.form {
            Form::Command => Err(ModuleError::CommandNotReactor),
            _ if !self.is_plugin() => Err(ModuleError::NotAPlugin),
            Form::Bare => Err(ModuleError::NoInitialize),
            Form::Reactor => Ok(()),
        }
    }
}

impl ModuleInfo {
    /// Checks that the plugin implements an interface as this host knows it. Nothing is compiled for this.
    ///
    /// # Errors
    /// The variant of [`InterfaceError`] that says what is missing or different.
    pub fn check_interface<I: Contract + ?Sized>(&self) -> Result<(), InterfaceError> {
        interface::check::<I>(&self.implements)
    }
}

impl MemoryKind {
    /// Whether threads can share the memory.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Imported { shared: true, .. } | Self::Exported { shared: true, .. })
    }
}

impl Wasi {
    /// Whether the module calls any WASIX function.
    pub fn is_wasix(self) -> bool {
        self.wasix32 || self.wasix64
    }
}

impl fmt::Display for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.unstable, "WASI unstable"),
            (self.preview1, "WASI preview 1"),
            (self.wasix32, "WASIX 32"),
            (self.wasix64, "WASIX 64"),
        ];
        let used: Vec<_> = names.iter().filter(|(used, _)| *used).map(|(_, name)| *name).collect();
        f.write_str(if used.is_empty() { "no WASI" } else { "" })?;
        f.write_str(&used.join(" + "))
    }
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Possible => "threads",
            Self::MemoryNotShared => "no threads: the memory is not shared",
            Self::MemoryNotImported => "no threads: the memory is not imported",
            Self::NoThreadStart => "no threads: `wasi_thread_start` is not exported",
            Self::NeverSpawns => "no threads: no function that starts one is imported",
        })
    }
}
