//! How a call into a plugin can fail.

use super::{
    HostBreach, InterfaceError, LoadError, Overload, Panic, ProcessError, ProtocolError, Site, StopReason, Symbols,
    ThreadOffer, Trap,
};
use plugix_abi::interface::Version;
use std::sync::Arc;
use thiserror::Error as ThisError;
use wasmer::RuntimeError;
use wasmer_wasix::wasmer_wasix_types::wasi::ExitCode;

/// How a call failed, where the method returns errors of its own, of type `E`.
pub type CallError<E> = plugix_abi::CallError<E, Error>;

/// Why a call failed. The errors that a method itself returns are not among these.
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The caller's fault: the plugin has no such method.
    #[error("the plugin has no method `{method}`")]
    NoSuchMethod {
        /// The name that was asked for.
        method: String,
    },
    /// The caller's fault: several interfaces of the plugin have a method of this name.
    #[error("several interfaces have a method `{method}`: write `interface/{method}`")]
    AmbiguousMethod {
        /// The name that was asked for.
        method: String,
    },
    /// The caller's fault: the arguments can't be encoded, or are too large for any plugin.
    #[error("the arguments can't be passed: {0}")]
    Arguments(String),
    /// The caller's fault: the result has another type than the caller asked for.
    #[error("the result of `{method}` is not of the type that was asked for: {problem}")]
    WrongResultType {
        /// The method's name.
        method: String,
        /// Where the two differ.
        problem: String,
    },
    /// The caller's fault: the plugin lacks the method, because the plugin is older than the interface. A client says
    /// ahead which methods the plugin has (`has_…`).
    #[error("the plugin doesn't provide `{method}`{}", came_with(*.since))]
    NotProvided {
        /// The method's name.
        method: &'static str,
        /// The version of the interface that the method came with, if the interface says so.
        since: Option<Version>,
    },
    /// The caller's fault: the plugin didn't understand the arguments.
    #[error("the plugin refused the arguments of `{method}`: {message}")]
    BadArguments {
        /// The method's name.
        method: String,
        /// What the plugin says.
        message: String,
    },
    /// More callers came at once than there is room for. Nothing is wrong with the plugin.
    #[error(transparent)]
    Overloaded(#[from] Overload),
    /// The plugin and the caller don't agree on an interface.
    #[error(transparent)]
    Interface(Box<InterfaceError>),
    /// The pool could not make the instance that was to run the call.
    #[error("no instance could be made")]
    NotStarted(#[source] Arc<LoadError>),
    /// The plugin can't be shared between threads.
    #[error("the plugin can't be shared: {problem}")]
    NotShareable {
        /// Why it can't be shared.
        problem: String,
    },
    /// The caller's fault: this very handle is in the middle of another call.
    #[error("the plugin is already running a call of this handle")]
    Busy,
    /// The plugin's fault: a method panicked. The plugin stays usable.
    #[error("{did}: {0}", did = .0.site.tell("panicked"))]
    Panic(Box<Panic>),
    /// The plugin's fault: it trapped. The plugin is dead now.
    #[error("{did}: {0}", did = .0.site.tell("trapped"))]
    Trap(Box<Trap>),
    /// The plugin ended itself with `exit`. The plugin is dead now.
    #[error("the plugin exited with code {code}")]
    Exited {
        /// The exit code, from 0 to 255.
        code: i32,
    },
    /// The plugin's fault: it broke the protocol between plugin and host. The plugin is dead now.
    #[error("{}", .site.tell("broke the protocol"))]
    Protocol {
        /// What the plugin did.
        #[source]
        error: ProtocolError,
        /// Where the plugin did that.
        site: Box<Site>,
    },
    /// The host stopped the plugin in the middle of this call. The plugin is dead now.
    #[error("the plugin was stopped")]
    Stopped(#[source] StopReason),
    /// The plugin had a process of its own, and something is wrong with that. The plugin is dead now.
    #[error(transparent)]
    Process(Box<ProcessError>),
    /// An earlier call ended the plugin, or another thread of the plugin did.
    #[error("the plugin is dead")]
    Dead(#[source] Box<Error>),
}

fn came_with(since: Option<Version>) -> String {
    since.map_or_else(String::new, |since| format!(": it was built for an interface before version {since}"))
}

impl From<InterfaceError> for Error {
    fn from(error: InterfaceError) -> Self {
        Self::Interface(Box::new(error))
    }
}

impl Error {
    /// Adds the method's name to an error that has none yet.
    #[cold]
    pub(crate) fn with_method(self, method: &str) -> Self {
        match self {
            Self::Arguments(problem) => Self::Arguments(format!("`{method}`: {problem}")),
            other => other,
        }
    }

    /// What it means that a wasm function ended with a trap, or with a signal of the host.
    #[cold]
    pub(crate) fn from_engine(error: &RuntimeError, site: Site, symbols: &Symbols) -> Self {
        if let Some(HostBreach { function, error }) = error.downcast_ref() {
            return Self::from_breach(error.clone(), Site { host_function: Some(function.clone()), ..site });
        }
        match error.downcast_ref() {
            Some(ThreadOffer) => Self::from_breach(ProtocolError::NotAsked, site),
            None => Self::Trap(Box::new(Trap::of(error, site, symbols))),
        }
    }

    /// The plugin's own exit. A code has eight bits, as operating systems have it.
    pub(crate) fn from_exit(code: ExitCode) -> Self {
        Self::Exited { code: code.raw() & 0xff }
    }

    /// The host's own code panicked below a guest thread. The plugin can't go on.
    #[cold]
    pub(crate) fn from_host_panic(site: Site) -> Self {
        Self::Trap(Box::new(Trap { message: "a host function panicked".into(), frames: Vec::new(), site }))
    }

    #[cold]
    pub(crate) fn from_breach(error: ProtocolError, site: Site) -> Self {
        Self::Protocol { error, site: Box::new(site) }
    }

    /// Whether the plugin doesn't have an interface in this major version. Another version may fit.
    pub(crate) fn is_other_version(&self) -> bool {
        matches!(self, Self::Interface(error) if error.is_other_version())
    }

    /// Where in the plugin it happened. `None` if it did not happen in the plugin.
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
        matches!(
            self,
            Self::Trap(_)
                | Self::Exited { .. }
                | Self::Protocol { .. }
                | Self::Stopped(_)
                | Self::Process(_)
                | Self::Dead(_)
        )
    }
}

/// Every call returns an `Error`, so its large parts are boxed.
const _: () = assert!(size_of::<Error>() <= 7 * size_of::<usize>());
