//! Why something can't be brought here.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why something can't be brought here, or there.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum FetchError {
    /// An address may not be used.
    #[error("{url} may not be fetched")]
    Refused {
        /// What was asked for first.
        url: String,
        /// The reason.
        #[source]
        reason: Refused,
    },
    /// The other side says that it can't.
    #[error("{url}: the server answers {status}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The other side doesn't know the user, or doesn't let the user do this.
    #[error("{registry} asks who you are, or doesn't let you do this: log in (`plugix login {registry}`)")]
    Unauthorized {
        /// The registry or host.
        registry: String,
    },
    /// The other side sends more than is taken.
    #[error("{url} sends {sent} bytes or more, and {limit} is the limit")]
    TooLarge {
        /// The address.
        url: String,
        /// How much it says or sends.
        sent: u64,
        /// How much is taken.
        limit: u64,
    },
    /// The other side sends another size than it named.
    #[error("{url} sends {sent} bytes, and {named} were named")]
    OtherSize {
        /// The address.
        url: String,
        /// How much it says or sends.
        sent: u64,
        /// How much was named.
        named: u64,
    },
    /// The connection broke off, or the other side sent less than it said.
    #[error(
        "{url}: the connection broke off after {received} bytes; what is here is kept, and fetching again goes on from there"
    )]
    BrokeOff {
        /// The address.
        url: String,
        /// How much is here.
        received: u64,
        /// What the connection says.
        #[source]
        reason: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Nothing came for too long.
    #[error("{url}: nothing came for {after:?}")]
    Stalled {
        /// The address.
        url: String,
        /// How long.
        after: Duration,
    },
    /// It took too long as a whole.
    #[error("{url}: it is not here after {after:?}; fetching again goes on from there")]
    TooSlow {
        /// The address.
        url: String,
        /// How long.
        after: Duration,
    },
    /// Other bytes came than were named.
    #[error("{url} sends other bytes than were named: their hash is {found}, and {expected} was named")]
    OtherBytes {
        /// The address.
        url: String,
        /// The hash or digest that was named.
        expected: String,
        /// The hash or digest of what came.
        found: String,
    },
    /// An answer isn't as the protocol has it.
    #[error("{url}: {what}")]
    Answer {
        /// The address.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// A connection can't be made, or TLS fails.
    #[error("can't reach {url}")]
    Connection {
        /// The address.
        url: String,
        /// What the connection says.
        #[source]
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This machine has no certificates to check servers with, or no way to run what fetches.
    #[error("this machine can't fetch: {what}")]
    Setup {
        /// What it lacks.
        what: String,
    },
    /// A file of an unfinished download can't be used.
    #[error("can't keep the download in {}", path.display())]
    Partial {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        reason: io::Error,
    },
    /// Another program is fetching the same.
    #[error("another program is fetching {url} at this time")]
    InUse {
        /// The address.
        url: String,
    },
}

/// Why an address may not be used.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Refused {
    /// A name or an address leads into a network that isn't public.
    #[error("{host} is {address}, {network}, and what was asked for isn't there: nobody may lead you there")]
    Network {
        /// The host.
        host: String,
        /// Its address.
        address: IpAddr,
        /// What the address is.
        network: &'static str,
    },
    /// The scheme is neither `https`, nor `http` to this machine.
    #[error("it leads to {url}: only `https` is taken, and `http` on this machine")]
    Scheme {
        /// The address.
        url: String,
    },
    /// One redirection after the other.
    #[error("it leads from address to address, more than {0} times")]
    Redirects(usize),
}

impl FetchError {
    /// Whether it may go better at once.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::BrokeOff { .. } | Self::Stalled { .. } => true,
            Self::Status { status, .. } => matches!(status, 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// What the disk says, if the disk is the reason.
    pub(crate) fn disk(&self) -> Option<&io::Error> {
        match self {
            Self::Partial { reason, .. } => Some(reason),
            _ => None,
        }
    }
}
