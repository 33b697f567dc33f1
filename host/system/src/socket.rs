//! Sockets: the host's own, behind the plugin's rules.

mod accept;
mod address;
mod bind;
mod calls;
mod connect;
mod datagram;
mod message;
mod multicast;
mod option;
mod send_file;
mod settings;
#[cfg(test)]
mod tests;
mod transfer;

pub use address::Address;
pub use calls::{ReceiveFlags, Received, SocketStatus};
pub use option::SocketOption;

use crate::network::{Gate, Protocol, SharedPort, Slot};
use crate::{Errno, Filetype, Result};
use datagram::Senders;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::net::{self, AddressFamily, SocketFlags};
use settings::Timeouts;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which kind of addresses a socket has, by WASIX's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Family {
    /// IPv4.
    Inet4 = 1,
    /// IPv6, and IPv4 unless it is told otherwise.
    Inet6 = 2,
    /// Unix sockets.
    Unix = 3,
}

/// What a socket carries, by WASIX's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SocketType {
    /// Bytes in order.
    Stream = 1,
    /// Datagrams.
    Datagram = 2,
    /// Messages in order; of Unix sockets only.
    Seqpacket = 4,
}

/// IANA's number of TCP.
const TCP: u32 = 6;
/// IANA's number of UDP.
const UDP: u32 = 17;

const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// An open socket. The kernel's is always non-blocking; whether a call of the plugin's waits is looked at here.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: OwnedFd,
    family: Family,
    kind: SocketType,
    gate: Arc<Gate>,
    /// The two of a pair need none.
    _slot: Option<Slot>,
    timeouts: Timeouts,
    /// Whether it hears of everybody, since it is bound where the plugin may listen.
    is_open_to_all: AtomicBool,
    state: Mutex<State>,
    /// Held while datagrams of strangers are dropped and the next one is received.
    receiving: Mutex<()>,
}

/// What the kernel isn't told, or doesn't tell.
#[derive(Debug, Default)]
struct State {
    /// Where the plugin wanted it to be bound.
    requested: Option<SocketAddr>,
    /// It has an address that the kernel doesn't know of.
    pretended: Option<SocketAddr>,
    reuse_port: bool,
    shared_port: Option<SharedPort>,
    linger: Option<Duration>,
    /// Whom a datagram goes to that has no address of its own, and whether the plugin may send to them.
    peer: Option<(SocketAddr, bool)>,
    senders: Senders,
    is_connecting: bool,
    /// An error that was heard of while something else was looked for.
    error: Option<Errno>,
}

/// What a socket is, for those who read what was denied.
fn what(family: Family, kind: SocketType) -> &'static str {
    match (family, kind) {
        (Family::Unix, _) => "a Unix socket",
        (_, SocketType::Datagram) => "a socket for UDP",
        _ => "a socket for TCP",
    }
}

impl Socket {
    fn open(gate: &Arc<Gate>, family: Family, kind: SocketType, protocol: u32) -> Result<Self> {
        let expected = match (family, kind) {
            (Family::Unix, _) => 0,
            (_, SocketType::Stream) => TCP,
            (_, SocketType::Datagram) => UDP,
            (_, SocketType::Seqpacket) => return Err(Errno::Protonosupport),
        };
        if protocol != 0 && protocol != expected {
            return Err(Errno::Protonosupport);
        }
        let slot = gate.slot()?;
        // The process may have given up what no rule names.
        let fd = net::socket_with(family.to_kernel(), kind.to_kernel(), FLAGS, None).map_err(|error| match error {
            rustix::io::Errno::PERM => gate.deny("open", what(family, kind)),
            other => other.into(),
        })?;
        Ok(Self::new(gate, fd, family, kind, Some(slot)))
    }

    fn pair(gate: &Arc<Gate>, kind: SocketType) -> Result<[Self; 2]> {
        let (one, other) = net::socketpair(AddressFamily::UNIX, kind.to_kernel(), FLAGS, None)?;
        Ok([one, other].map(|fd| Self::new(gate, fd, Family::Unix, kind, None)))
    }

    fn new(gate: &Arc<Gate>, fd: OwnedFd, family: Family, kind: SocketType, slot: Option<Slot>) -> Self {
        Self {
            fd,
            family,
            kind,
            gate: gate.clone(),
            _slot: slot,
            timeouts: Timeouts::default(),
            is_open_to_all: AtomicBool::new(false),
            state: Mutex::default(),
            receiving: Mutex::default(),
        }
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    pub(crate) fn filetype(&self) -> Filetype {
        match self.kind {
            SocketType::Stream => Filetype::SocketStream,
            SocketType::Datagram => Filetype::SocketDgram,
            SocketType::Seqpacket => Filetype::SocketSeqpacket,
        }
    }

    /// Which rules are about it; none if it is a Unix socket.
    fn protocol(&self) -> Option<Protocol> {
        match (self.family, self.kind) {
            (Family::Unix, _) => None,
            (_, SocketType::Datagram) => Some(Protocol::Udp),
            _ => Some(Protocol::Tcp),
        }
    }

    fn is_udp(&self) -> bool {
        self.protocol() == Some(Protocol::Udp)
    }

    /// Fails if an address is none of this socket's kind.
    fn check_family(&self, address: &Address) -> Result<()> {
        match (self.family, address) {
            (Family::Inet4, Address::Ip(SocketAddr::V4(_)))
            | (Family::Inet6, Address::Ip(SocketAddr::V6(_)))
            | (Family::Unix, Address::Unix(_)) => Ok(()),
            _ => Err(Errno::Afnosupport),
        }
    }

    fn check_stream(&self) -> Result<()> {
        if self.kind == SocketType::Stream { Ok(()) } else { Err(Errno::Inval) }
    }

    fn send_timeout(&self) -> Option<Duration> {
        self.timeouts.send.get()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Family {
    fn to_kernel(self) -> AddressFamily {
        match self {
            Self::Inet4 => AddressFamily::INET,
            Self::Inet6 => AddressFamily::INET6,
            Self::Unix => AddressFamily::UNIX,
        }
    }
}

impl SocketType {
    fn to_kernel(self) -> net::SocketType {
        match self {
            Self::Stream => net::SocketType::STREAM,
            Self::Datagram => net::SocketType::DGRAM,
            Self::Seqpacket => net::SocketType::SEQPACKET,
        }
    }
}
