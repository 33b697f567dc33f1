//! What stands between a plugin's sockets and the network.

use super::names::Names;
use super::rules::{Network, Protocol};
use crate::report::{Limit, Report};
use crate::{Errno, Result, Thread};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The rules of one plugin, and what came of them. Every operation of every socket passes here.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(super) rules: Network,
    pub(super) names: Names,
    report: Arc<dyn Report>,
    open: AtomicUsize,
    /// How many sockets of the plugin's share an address that they are bound to.
    ports: Mutex<HashMap<(Protocol, SocketAddr), usize>>,
}

/// The right to have one socket open.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Gate>);

/// Kept by a socket that others of the plugin's may share their address with.
#[derive(Debug)]
pub(crate) struct SharedPort(Arc<Gate>, (Protocol, SocketAddr));

impl Gate {
    pub(crate) fn new(rules: Network, report: Arc<dyn Report>) -> Self {
        Self { rules, names: Names::new(), report, open: AtomicUsize::new(0), ports: Mutex::default() }
    }

    /// Makes room for another socket.
    pub(crate) fn slot(self: &Arc<Self>) -> Result<Slot> {
        let limit = self.rules.sockets;
        let room = |open: usize| (open < limit).then_some(open + 1);
        match self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room) {
            Ok(_) => Ok(Slot(self.clone())),
            Err(_) => {
                self.report.limit_reached(Limit::Sockets, limit as u64);
                Err(Errno::Mfile)
            }
        }
    }

    /// How many sockets are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// The addresses of a name, if the plugin may know them.
    pub(crate) fn resolve(&self, thread: &Thread, host: &str) -> Result<Vec<IpAddr>> {
        self.names.resolve(thread, host, &self.rules, &*self.report)
    }

    /// Whether the plugin may send to an address.
    pub(crate) fn may_connect(&self, protocol: Protocol, to: SocketAddr) -> bool {
        // Most rules are about addresses, and need no names.
        self.rules.allows_connect(protocol, to, &[]) || self.rules.allows_connect(protocol, to, &self.names.of(to.ip()))
    }

    /// Fails, and reports it, unless the plugin may send to an address.
    pub(crate) fn check_connect(&self, protocol: Protocol, to: SocketAddr) -> Result<()> {
        if self.may_connect(protocol, to) { Ok(()) } else { Err(self.deny(protocol.connecting(), to)) }
    }

    /// Whether a rule is about an address, whatever the port.
    pub(crate) fn knows(&self, address: IpAddr) -> bool {
        self.rules.reaches(address.to_canonical()) || !self.names.of(address).is_empty()
    }

    /// Whether the plugin may accept, or hear of anybody, at an address.
    pub(crate) fn may_listen(&self, protocol: Protocol, at: SocketAddr) -> bool {
        self.rules.allows_listen(protocol, at)
    }

    /// Whether a socket at all IPv6 addresses may be one at all IPv4 addresses as well.
    pub(crate) fn may_be_dual(&self, protocol: Protocol, port: u16) -> bool {
        self.rules.allows_dual_stack(protocol, port)
    }

    /// Whether a socket may be bound that hears of nobody in particular.
    pub(crate) fn may_bind_ephemeral(&self, at: SocketAddr) -> bool {
        self.rules.allows_ephemeral(at)
    }

    pub(crate) fn check_connect_unix(&self, path: &Path) -> Result<()> {
        match self.rules.allows_connect_unix(path) {
            true => Ok(()),
            false => Err(self.deny("connect to", path.display())),
        }
    }

    pub(crate) fn check_listen_unix(&self, path: &Path) -> Result<()> {
        match self.rules.allows_listen_unix(path) {
            true => Ok(()),
            false => Err(self.deny("listen on", path.display())),
        }
    }

    /// Reports an operation that isn't allowed.
    pub(crate) fn deny(&self, operation: &'static str, target: impl ToString) -> Errno {
        self.report.denied(operation, &target.to_string());
        Errno::Perm
    }

    /// Whether a socket of the plugin's is bound there that shares its address.
    pub(crate) fn has_shared_port(&self, protocol: Protocol, at: SocketAddr) -> bool {
        self.ports().contains_key(&(protocol, at))
    }

    /// Notes that a socket shares its address with others of the plugin's.
    pub(crate) fn share_port(self: &Arc<Self>, protocol: Protocol, at: SocketAddr) -> SharedPort {
        *self.ports().entry((protocol, at)).or_default() += 1;
        SharedPort(self.clone(), (protocol, at))
    }

    fn ports(&self) -> MutexGuard<'_, HashMap<(Protocol, SocketAddr), usize>> {
        // Nothing panics while it holds the lock.
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Protocol {
    pub(crate) fn connecting(self) -> &'static str {
        match self {
            Self::Tcp => "connect to",
            Self::Udp => "send datagrams to",
        }
    }

    pub(crate) fn listening(self) -> &'static str {
        match self {
            Self::Tcp => "listen on",
            Self::Udp => "receive datagrams on",
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for SharedPort {
    fn drop(&mut self) {
        let mut ports = self.0.ports();
        if let Some(count) = ports.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                ports.remove(&self.1);
            }
        }
    }
}
