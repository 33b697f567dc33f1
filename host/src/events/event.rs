//! The kinds of events.

use crate::error::{Chain, Error};
use std::fmt;

/// Something that happened to a plugin without its host's doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The plugin wanted more of something than its policy gives it, and was refused.
    LimitReached {
        /// What there was too little of.
        limit: LimitKind,
        /// What the policy gives, in the limit's unit.
        allowed: u64,
    },
    /// The plugin tried what its policy doesn't allow.
    Denied {
        /// What it tried: a verb that fits before the target, such as `connect to`.
        operation: &'static str,
        /// On what, as the plugin asked for it.
        target: String,
    },
    /// The host stopped the plugin.
    Stopped {
        /// Why.
        cause: String,
    },
    /// The plugin ended itself: it trapped, broke the protocol or exited.
    Died {
        /// How.
        cause: String,
    },
    /// A thread of the plugin's trapped, which ended the plugin.
    ThreadDied {
        /// The thread's id, as the plugin knows it.
        thread: u32,
        /// How.
        cause: String,
    },
    /// Output is dropped because nobody took what had come before. Reported once until it is taken.
    OutputDropped {
        /// The policy's limit, in bytes.
        limit: u64,
    },
    /// Events that a plugin caused came too fast to be reported one by one.
    Suppressed {
        /// How many were left out since the last event.
        count: u64,
    },
}

/// What a plugin can have too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// Memory, in bytes.
    Memory,
    /// Threads.
    Threads,
    /// Open sockets.
    Sockets,
    /// Host names that were looked up.
    Names,
    /// Open files.
    Files,
    /// Bytes in a mounted folder.
    Storage,
    /// Entries of a table.
    TableEntries,
}

impl Event {
    /// What is reported of a plugin's end.
    pub(crate) fn from_end(cause: &Error) -> Self {
        match cause {
            Error::Stopped(reason) => Self::Stopped { cause: reason.to_string() },
            other => match (other, other.site().and_then(|site| site.thread)) {
                (Error::Trap(trap), Some(thread)) => Self::ThreadDied { thread, cause: trap.message.clone() },
                (other, Some(thread)) => Self::ThreadDied { thread, cause: Chain(other).to_string() },
                (other, None) => Self::Died { cause: Chain(other).to_string() },
            },
        }
    }

    /// Whether a plugin can make it happen as often as it likes.
    pub(super) fn is_repeatable(&self) -> bool {
        matches!(self, Self::LimitReached { .. } | Self::Denied { .. } | Self::OutputDropped { .. })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LimitReached { limit, allowed } => write!(f, "reached its limit of {allowed} {limit}"),
            Self::Denied { operation, target } => write!(f, "may not {operation} {target:?}"),
            Self::Stopped { cause } => write!(f, "was stopped: {cause}"),
            Self::Died { cause } => write!(f, "died: {cause}"),
            Self::ThreadDied { thread, cause } => write!(f, "was ended by its thread {thread}: {cause}"),
            Self::OutputDropped { limit } => write!(f, "loses what it prints beyond {limit} bytes"),
            Self::Suppressed { count } => write!(f, "caused {count} more events, which were not reported"),
        }
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "bytes of memory",
            Self::Threads => "threads",
            Self::Sockets => "open sockets",
            Self::Names => "host names",
            Self::Files => "open files",
            Self::Storage => "bytes of storage",
            Self::TableEntries => "entries of a table",
        })
    }
}
