//! The kinds of events.

use crate::error::known::{self, Known};
use crate::error::{Chain, Error};
use plugix_module::Size;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Something that happened to a plugin without its host's doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// The plugin wanted more of something than its policy allows, and was refused.
    LimitReached {
        /// What there was too little of.
        limit: LimitKind,
        /// How much the policy allows, in the unit of the limit.
        allowed: u64,
    },
    /// The plugin tried something that its policy doesn't allow.
    Denied {
        /// What the plugin tried: a verb that fits before the target, such as `connect to`.
        #[serde(with = "known")]
        operation: Known,
        /// The target, as the plugin named it.
        target: String,
    },
    /// The host stopped the plugin.
    Stopped {
        /// Why the host stopped it.
        cause: String,
    },
    /// The plugin ended itself: it trapped or broke the protocol.
    Died {
        /// How it ended.
        cause: String,
    },
    /// The plugin ended itself with `exit`.
    Exited {
        /// Its exit code, from 0 to 255.
        code: i32,
    },
    /// A thread of the plugin trapped, and that ended the plugin.
    ThreadDied {
        /// The thread's id in the plugin.
        thread: u32,
        /// How it ended.
        cause: String,
    },
    /// The plugin has ended, and left a [dump](crate::dump::Dumps).
    Dumped {
        /// The file.
        file: PathBuf,
        /// How many bytes of the plugin's memory were too much for it.
        left_out: u64,
    },
    /// The plugin has ended, and left no dump although its host wants one.
    NotDumped {
        /// Why there is none.
        cause: String,
    },
    /// Output was dropped, because nobody took the earlier output. This is reported once until somebody takes the
    /// output.
    OutputDropped {
        /// The policy's limit, in bytes.
        limit: u64,
    },
    /// The plugin caused events too fast to report each of them.
    Suppressed {
        /// How many events were left out since the last reported one.
        count: u64,
    },
}

/// What a plugin can have too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LimitKind {
    /// Memory, in bytes.
    Memory,
    /// Threads.
    Threads,
    /// Open sockets.
    Sockets,
    /// Host names that the plugin looked up.
    Names,
    /// Open files.
    Files,
    /// Bytes in a mounted folder.
    Storage,
    /// Entries of a table.
    TableEntries,
    /// Exceptions that the plugin has thrown, in bytes of the host's memory.
    Exceptions,
}

impl Event {
    /// The event that reports the end of a plugin.
    pub(crate) fn from_end(cause: &Error) -> Self {
        match cause {
            Error::Stopped(reason) => Self::Stopped { cause: reason.to_string() },
            Error::Exited { code } => Self::Exited { code: *code },
            other => match (other, other.site().and_then(|site| site.thread)) {
                (Error::Trap(trap), Some(thread)) => Self::ThreadDied { thread, cause: trap.message.clone() },
                (other, Some(thread)) => Self::ThreadDied { thread, cause: Chain(other).to_string() },
                (other, None) => Self::Died { cause: Chain(other).to_string() },
            },
        }
    }

    /// Whether a plugin can cause this event as often as it likes.
    pub(super) fn is_repeatable(&self) -> bool {
        matches!(self, Self::LimitReached { .. } | Self::Denied { .. } | Self::OutputDropped { .. })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LimitReached { limit, allowed } => write!(f, "reached its limit of {}", limit.amount(*allowed)),
            Self::Denied { operation, target } => write!(f, "may not {operation} {target:?}"),
            Self::Stopped { cause } => write!(f, "was stopped: {cause}"),
            Self::Died { cause } => write!(f, "died: {cause}"),
            Self::Exited { code } => write!(f, "exited with code {code}"),
            Self::ThreadDied { thread, cause } => write!(f, "was ended by its thread {thread}: {cause}"),
            Self::Dumped { file, left_out: 0 } => write!(f, "left a core dump: {}", file.display()),
            Self::Dumped { file, left_out } => {
                write!(f, "left a core dump without {} of its memory: {}", Size(*left_out), file.display())
            }
            Self::NotDumped { cause } => write!(f, "left no core dump: {cause}"),
            Self::OutputDropped { limit } => write!(f, "loses what it prints beyond {}", Size(*limit)),
            Self::Suppressed { count } => write!(f, "caused {count} more events, which were not reported"),
        }
    }
}

impl LimitKind {
    /// So much of it, in words.
    fn amount(self, amount: u64) -> String {
        match self.to_string().strip_prefix("bytes of ") {
            Some(what) => format!("{} of {what}", Size(amount)),
            None => format!("{amount} {self}"),
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
            Self::Exceptions => "bytes of exceptions",
        })
    }
}
