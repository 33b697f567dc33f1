//! How a call into a plugin can fail.

use super::{HostBreach, InterfaceError, LoadError, Overload, Site, StopReason, ThreadOffer};
use plugix_abi::interface::DecodeError;
use plugix_abi::{PanicReport, UnknownStatus};
use std::fmt;
use std::sync::Arc;
use thiserror::Error as ThisError;
use wasmer::{FrameInfo, RuntimeError};

/// How a call to a method that returns an error of its own, `E`, ended other than well.
pub type CallError<E> = plugix_abi::CallError<E, Error>;

/// Why a call failed, apart from errors that the method itself returns.
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The caller's fault: the plugin has no such method.
    #[error("the plugin has no method `{method}`")]
    NoSuchMethod {
        /// The name that was asked for.
        method: String,
    },
    /// The caller's fault: several interfaces of the plugin have a method of that name.
    #[error("several interfaces have a method `{method}`: write `interface/{method}`")]
    AmbiguousMethod {
        /// The name that was asked for.
        method: String,
    },
    /// The caller's fault: the arguments can't be encoded, or are too large for any plugin.
    #[error("the arguments can't be passed: {0}")]
    Arguments(String),
    /// The caller's fault: the result is not of the type that the caller asked for.
    #[error("the result of `{method}` is not of the type that was asked for: {problem}")]
    WrongResultType {
        /// The method's name.
        method: String,
        /// Where the two differ.
        problem: String,
    },
    /// The caller's fault: the plugin, which is older than the interface, lacks an optional method.
    #[error("the plugin doesn't provide the optional method `{method}`")]
    NotProvided {
        /// The method's name.
        method: &'static str,
    },
    /// The caller's fault: the plugin didn't understand the arguments.
    #[error("the plugin refused the arguments of `{method}`: {message}")]
    BadArguments {
        /// The method's name.
        method: String,
        /// What the plugin says.
        message: String,
    },
    /// More callers at once than there is room for. Nothing is wrong with the plugin.
    #[error(transparent)]
    Overloaded(#[from] Overload),
    /// The plugin and the caller don't agree on an interface.
    #[error(transparent)]
    Interface(Box<InterfaceError>),
    /// A pool's new instance, which was to run the call, could not be made.
    #[error("no instance could be made")]
    NotStarted(#[source] Arc<LoadError>),
    /// The plugin can't be shared between threads.
    #[error("the plugin can't be shared: {problem}")]
    NotShareable {
        /// Why.
        problem: String,
    },
    /// The caller's fault: the plugin is in the middle of a call of this very handle.
    #[error("the plugin is already running a call of this handle")]
    Busy,
    /// The plugin's fault: a method panicked. The plugin stays usable.
    #[error("{did}: {0}", did = .0.site.tell("panicked"))]
    Panic(Box<Panic>),
    /// The plugin's fault: it trapped, and is dead now.
    #[error("{did}: {0}", did = .0.site.tell("trapped"))]
    Trap(Box<Trap>),
    /// The plugin ended itself with `exit`, and is dead now.
    #[error("the plugin exited with code {code}")]
    Exited {
        /// The exit code.
        code: i32,
    },
    /// The plugin's fault: it broke the protocol between it and the host, and is dead now.
    #[error("{}", .site.tell("broke the protocol"))]
    Protocol {
        /// What it did.
        #[source]
        error: ProtocolError,
        /// Where.
        site: Box<Site>,
    },
    /// The host stopped the plugin in the middle of this call, and it is dead now.
    #[error("the plugin was stopped")]
    Stopped(#[source] StopReason),
    /// An earlier call, or another thread of the plugin's, ended the plugin.
    #[error("the plugin is dead")]
    Dead(#[source] Box<Error>),
}

impl From<InterfaceError> for Error {
    fn from(error: InterfaceError) -> Self {
        Self::Interface(Box::new(error))
    }
}

impl Error {
    /// The same error, with the method's name where it has none yet.
    #[cold]
    pub(crate) fn with_method(self, method: &str) -> Self {
        match self {
            Self::Arguments(problem) => Self::Arguments(format!("`{method}`: {problem}")),
            other => other,
        }
    }

    /// What the end of a wasm function by a trap or by a signal of the host's means.
    #[cold]
    pub(crate) fn from_engine(error: &RuntimeError, site: Site) -> Self {
        if let Some(HostBreach { function, error }) = error.downcast_ref() {
            return Self::from_breach(error.clone(), Site { host_function: Some(function.clone()), ..site });
        }
        match error.downcast_ref() {
            Some(ThreadOffer) => Self::from_breach(ProtocolError::NotAsked, site),
            None => Self::Trap(Box::new(Trap { message: error.message(), frames: stack_frames(error), site })),
        }
    }

    /// A panic of the host's own code below a guest thread: the plugin can't go on.
    #[cold]
    pub(crate) fn from_host_panic(site: Site) -> Self {
        Self::Trap(Box::new(Trap { message: "a host function panicked".into(), frames: Vec::new(), site }))
    }

    #[cold]
    pub(crate) fn from_breach(error: ProtocolError, site: Site) -> Self {
        Self::Protocol { error, site: Box::new(site) }
    }

    /// Where in the plugin it happened, if it happened in there.
    pub fn site(&self) -> Option<&Site> {
        match self {
            Self::Panic(panic) => Some(&panic.site),
            Self::Trap(trap) => Some(&trap.site),
            Self::Protocol { site, .. } => Some(site),
            Self::Dead(cause) => cause.site(),
            _ => None,
        }
    }

    /// Whether the plugin can't be called any more.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Trap(_) | Self::Exited { .. } | Self::Protocol { .. } | Self::Stopped(_) | Self::Dead(_))
    }
}

/// What the host saw when a plugin broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A pointer and a length that don't lie in the plugin's memory.
    #[error("{what} at {ptr:#x} of {len} bytes lies outside of the plugin's memory of {memory} bytes")]
    OutOfBounds {
        /// What was to be read or written.
        what: &'static str,
        /// Where the guest says that it is.
        ptr: u32,
        /// How long the guest says that it is, in bytes.
        len: u32,
        /// The memory's size in bytes.
        memory: u64,
    },
    /// A frame or a slice of structs at an address that can't be.
    #[error("{what} at {ptr:#x} is not aligned to {align} bytes")]
    Misaligned {
        /// What it is.
        what: &'static str,
        /// Where the guest says that it is.
        ptr: u32,
        /// The alignment that is needed, in bytes.
        align: u32,
    },
    /// The guest has no memory left for a frame.
    #[error("the plugin has no memory for a frame of {capacity} bytes")]
    NoFrame {
        /// The room that the call needs, in bytes.
        capacity: u32,
    },
    /// A result larger than the host takes.
    #[error("a result of {len} bytes is over the limit of {limit} bytes")]
    ResultTooLarge {
        /// What the guest says, in bytes.
        len: u32,
        /// The policy's limit in bytes.
        limit: u32,
    },
    /// A status code that no version of the ABI has.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// Bytes that don't decode to what they should be.
    #[error("{what} doesn't decode: {problem}")]
    Undecodable {
        /// What was to be decoded.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A thread offered itself for calls, and the host hadn't asked for one.
    #[error("a thread offered itself for calls that the host did not ask for")]
    NotAsked,
    /// An export that every plugin has is missing or has another type.
    #[error("the export `{name}` is missing or of another type than {expected}")]
    Export {
        /// The export's name.
        name: String,
        /// The type that it should have.
        expected: &'static str,
    },
}

/// A panic of a plugin's code, which the SDK caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// What the plugin tells of it.
    pub report: PanicReport,
    /// The wasm functions that were running, innermost first, if the host asked for backtraces with
    /// [`PluginBuilder::backtraces`](crate::PluginBuilder::backtraces).
    pub frames: Vec<StackFrame>,
    /// Where.
    pub site: Site,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PanicReport { message, file, line, column, .. } = &self.report;
        f.write_str(message)?;
        if *line > 0 {
            write!(f, " at {file}:{line}:{column}")?;
        }
        self.frames.iter().try_for_each(|frame| write!(f, "\n  in {} at {:#x}", frame.function, frame.offset))
    }
}

/// Where and why a plugin's code was ended by the engine.
#[derive(Debug, Clone)]
pub struct Trap {
    /// What happened, in the engine's words.
    pub message: String,
    /// The wasm functions that were running, innermost first.
    pub frames: Vec<StackFrame>,
    /// Where.
    pub site: Site,
}

/// One wasm function of a trap's backtrace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFrame {
    /// The function's name, if the module has names; `wasm function N` otherwise.
    pub function: String,
    /// Where in the module, in bytes from its start.
    pub offset: u64,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match self.frames.first() {
            Some(frame) => write!(f, " in {} at {:#x}", frame.function, frame.offset),
            None => Ok(()),
        }
    }
}

/// The wasm functions below which an error of the engine's was made, innermost first.
pub(crate) fn stack_frames(error: &RuntimeError) -> Vec<StackFrame> {
    let name = |frame: &FrameInfo| match frame.function_name() {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("wasm function {}", frame.func_index()),
    };
    let frame = |frame: &FrameInfo| StackFrame { function: name(frame), offset: frame.module_offset() as u64 };
    error.trace().iter().map(frame).collect()
}

impl From<DecodeError> for ProtocolError {
    fn from(error: DecodeError) -> Self {
        Self::Undecodable { what: "the result", problem: error.to_string() }
    }
}

/// Calls return it: what is large in it is boxed.
const _: () = assert!(size_of::<Error>() <= 7 * size_of::<usize>());
