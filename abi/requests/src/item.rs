//! One thing that a plugin asks for.

use crate::units::{bytes_text, time_text};
use crate::{Kind, LimitKind, NetworkKind, Unit};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that a plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What.
    pub item: Item,
    /// What for, in words for people: a line of the author's.
    pub reason: String,
    /// Whether the plugin works without it.
    pub optional: bool,
}

/// What is asked for, or granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A folder of the host's. Which one is the host's choice.
    Folder {
        /// Where the plugin sees it.
        guest: String,
        /// What the plugin does with it.
        access: Access,
        /// By how many bytes the plugin may make it grow. `None` is as much as the disk has.
        size: Option<u64>,
    },
    /// An empty folder in memory.
    Scratch {
        /// Where the plugin sees it.
        guest: String,
        /// How many bytes it holds.
        size: u64,
    },
    /// An environment variable.
    Env {
        /// The variable's name.
        name: String,
        /// Its value. `None` is the value that the host's own variable has.
        value: Option<String>,
    },
    /// Something of the network.
    Network {
        /// What is done.
        kind: NetworkKind,
        /// With whom, as a policy writes it: a host and ports, or a path.
        rule: String,
    },
    /// A limit.
    Limit {
        /// Of what.
        kind: LimitKind,
        /// How much: bytes, milliseconds or things.
        amount: u64,
    },
    /// An interface that the host or another plugin implements.
    Interface {
        /// Its name.
        name: String,
        /// The earliest version that has all that the plugin calls. Versions with another `major` don't do.
        version: Version,
    },
    /// Something that this version of Plugix doesn't know. Nobody can grant it.
    Unknown {
        /// The name of the kind.
        kind: String,
        /// What else was said of it.
        body: Vec<u8>,
    },
}

/// What a plugin does with a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Access {
    /// Reads it.
    ReadOnly,
    /// Reads and changes it.
    ReadWrite,
}

/// The version of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// Incompatible revisions.
    pub major: u32,
    /// Compatible additions.
    pub minor: u32,
}

impl Item {
    /// What it is. `None` for what is unknown.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Folder { .. } => Kind::Folder,
            Self::Scratch { .. } => Kind::Scratch,
            Self::Env { .. } => Kind::Env,
            Self::Network { kind, .. } => Kind::Network(*kind),
            Self::Limit { kind, .. } => Kind::Limit(*kind),
            Self::Interface { .. } => Kind::Interface,
            Self::Unknown { .. } => return None,
        })
    }

    /// Whether both are about one thing, which there is once: the same folder, variable, limit or interface, or the same
    /// rule.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Folder { guest: a, .. } | Self::Scratch { guest: a, .. },
                Self::Folder { guest: b, .. } | Self::Scratch { guest: b, .. },
            ) => a == b,
            (Self::Env { name: a, .. }, Self::Env { name: b, .. }) => a == b,
            (Self::Limit { kind: a, .. }, Self::Limit { kind: b, .. }) => a == b,
            (Self::Interface { name: a, .. }, Self::Interface { name: b, .. }) => a == b,
            (Self::Network { .. }, Self::Network { .. }) => self.covers(other) && other.covers(self),
            _ => self == other,
        }
    }
}

/// In a few words, for people. The plugin's own words are in quotes, without what commands a terminal.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { guest, access: Access::ReadOnly, .. } => write!(f, "read a folder, as {guest:?}"),
            Self::Folder { guest, access: Access::ReadWrite, size: None } => {
                write!(f, "read and change a folder, as {guest:?}")
            }
            Self::Folder { guest, access: Access::ReadWrite, size: Some(size) } => {
                write!(f, "read and change a folder, as {guest:?}, by {} at most", bytes_text(*size))
            }
            Self::Scratch { guest, size } => {
                write!(f, "have {} of memory for files of its own, as {guest:?}", bytes_text(*size))
            }
            Self::Env { name, value: None } => write!(f, "read your environment variable {name:?}"),
            Self::Env { name, value: Some(value) } => write!(f, "have the environment variable {name:?} be {value:?}"),
            Self::Network { kind, rule } => write!(f, "{} {rule:?}", kind.words()),
            Self::Limit { kind, amount } => f.write_str(&kind.words(*amount)),
            Self::Interface { name, version } => write!(f, "call the interface {name:?} {version}"),
            Self::Unknown { kind, .. } => write!(f, "do something that this version doesn't know: {kind:?}"),
        }
    }
}

impl NetworkKind {
    fn words(self) -> &'static str {
        match self {
            Self::ConnectTcp => "connect (TCP) to",
            Self::ConnectUdp => "send datagrams (UDP) to",
            Self::ListenTcp => "accept connections (TCP) at",
            Self::ListenUdp => "receive datagrams (UDP) at",
            Self::ConnectUnix => "connect to the Unix socket",
            Self::ListenUnix => "make the Unix socket",
        }
    }
}

impl LimitKind {
    /// An amount as the file of a policy has it, without quotes.
    pub fn amount_text(self, amount: u64) -> String {
        match self.range().0 {
            Unit::Bytes => bytes_text(amount),
            Unit::Time => time_text(amount),
            Unit::Count => amount.to_string(),
        }
    }

    fn words(self, amount: u64) -> String {
        let amount = self.amount_text(amount);
        match self {
            Self::Memory => format!("use up to {amount} of memory"),
            Self::Stack => format!("use up to {amount} of native stack in each thread"),
            Self::TableEntries => format!("have tables of up to {amount} entries"),
            Self::Exceptions => format!("hold exceptions of up to {amount}"),
            Self::Threads => format!("run up to {amount} threads"),
            Self::OpenFiles => format!("have up to {amount} files open"),
            Self::Sockets => format!("have up to {amount} sockets open"),
            Self::KeptOutput => format!("have up to {amount} of its output kept"),
            Self::Result => format!("return up to {amount} from a call"),
            Self::Argument => format!("give up to {amount} to a host function"),
            Self::Start => format!("take up to {amount} to start"),
            Self::Call => format!("take up to {amount} for a call"),
        }
    }
}

impl Access {
    /// The word in the file of a policy.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl std::str::FromStr for Version {
    type Err = String;

    /// Reads `1.2` or `1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits)
        };
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(format!("is {text:?}: write the earliest version that does, as `1.2`")),
        }
    }
}
