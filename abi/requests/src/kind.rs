//! The kinds of things that a plugin can ask for: one table for each sort.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use thiserror::Error as ThisError;

/// What something that is asked for is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A folder of the host's.
    Folder,
    /// An empty folder in memory.
    Scratch,
    /// An environment variable.
    Env,
    /// Something of the network.
    Network(NetworkKind),
    /// A limit that is higher or lower than the host's own.
    Limit(LimitKind),
    /// An interface that the host or another plugin implements.
    Interface,
}

/// A word is no kind.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("`{0}` is no kind of request")]
pub struct UnknownKind(pub String);

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, as text `64 MiB`.
    Bytes,
    /// Milliseconds, as text `250ms`.
    Time,
    /// A number of things.
    Count,
}

/// Makes an enum of words, with all of them in a list.
macro_rules! words {
    ($(#[$enum:meta])* $name:ident { $($(#[$variant:meta])* $kind:ident = $word:literal,)* }) => {
        $(#[$enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant])* $kind,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The word in the file of a policy.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownKind;

            fn from_str(word: &str) -> Result<Self, UnknownKind> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word).ok_or_else(|| UnknownKind(word.to_owned()))
            }
        }
    };
}

words! {
    /// What a plugin does over the network.
    NetworkKind {
        /// Connects to a host and port.
        ConnectTcp = "connect-tcp",
        /// Sends datagrams to a host and port.
        ConnectUdp = "connect-udp",
        /// Accepts connections at an address of the host's.
        ListenTcp = "listen-tcp",
        /// Receives datagrams at an address of the host's.
        ListenUdp = "listen-udp",
        /// Connects to a Unix socket of the host's.
        ConnectUnix = "connect-unix",
        /// Makes a Unix socket in the host's file system.
        ListenUnix = "listen-unix",
    }
}

words! {
    /// What of a plugin is limited. The words are those of a policy's `[limits]`, `[deadlines]` and `[network]`.
    LimitKind {
        /// Memory that all threads share.
        Memory = "memory",
        /// Native stack of each thread.
        Stack = "stack",
        /// Entries of each table.
        TableEntries = "table-entries",
        /// What was thrown and is still held.
        Exceptions = "exceptions",
        /// Threads at the same time.
        Threads = "threads",
        /// Descriptors at the same time.
        OpenFiles = "open-files",
        /// Sockets at the same time.
        Sockets = "sockets",
        /// Output that is kept.
        KeptOutput = "kept-output",
        /// What one call returns.
        Result = "result",
        /// What one call of a host function takes.
        Argument = "argument",
        /// How long starting takes.
        Start = "start",
        /// How long a call takes.
        Call = "call",
    }
}

impl LimitKind {
    /// What its number counts, and which numbers a policy can have.
    pub fn range(self) -> (Unit, RangeInclusive<u64>) {
        const U32: u64 = u32::MAX as u64;
        match self {
            Self::Memory => (Unit::Bytes, 0..=1 << 32),
            Self::Stack => (Unit::Bytes, 256 << 10..=256 << 20),
            Self::TableEntries | Self::Threads | Self::Sockets => (Unit::Count, 0..=U32),
            Self::Exceptions => (Unit::Bytes, 0..=u64::MAX),
            Self::OpenFiles => (Unit::Count, 64..=1 << 16),
            Self::KeptOutput => (Unit::Bytes, 0..=isize::MAX as u64),
            Self::Result | Self::Argument => (Unit::Bytes, 0..=U32),
            Self::Start | Self::Call => (Unit::Time, 1..=u64::MAX),
        }
    }
}

impl NetworkKind {
    /// Whether its rules are paths.
    pub fn is_unix(self) -> bool {
        matches!(self, Self::ConnectUnix | Self::ListenUnix)
    }
}

impl Kind {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        let network = NetworkKind::ALL.iter().copied().map(Self::Network);
        let limits = LimitKind::ALL.iter().copied().map(Self::Limit);
        [Self::Folder, Self::Scratch, Self::Env, Self::Interface].into_iter().chain(network).chain(limits)
    }
}

/// The name in the module's section.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("folder"),
            Self::Scratch => f.write_str("scratch"),
            Self::Env => f.write_str("env"),
            Self::Interface => f.write_str("interface"),
            Self::Network(kind) => write!(f, "network.{}", kind.word()),
            Self::Limit(kind) => write!(f, "limit.{}", kind.word()),
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::all().find(|kind| kind.to_string() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_by_its_name() {
        for kind in Kind::all() {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!(Kind::all().count(), 4 + NetworkKind::ALL.len() + LimitKind::ALL.len());
        assert_eq!("gpu".parse::<Kind>(), Err(UnknownKind("gpu".to_owned())));
    }
}
