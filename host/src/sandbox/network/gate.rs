//! What stands between a plugin's sockets and the network.

use super::local::Local;
use super::names::Names;
use super::rules::{Network, Protocol};
use crate::events::{Event, Events, LimitKind};
use crate::stop::Halt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use virtual_net::{NetworkError, Result};

/// The rules of one plugin, and what has come of them. Every operation of every socket passes through here.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) rules: Network,
    pub(super) names: Names,
    pub(super) local: Arc<Local>,
    pub(super) events: Events,
    pub(super) halt: Halt,
    open: AtomicUsize,
}

/// The right to have one socket open.
#[derive(Debug)]
pub(super) struct Slot(pub(super) Arc<Gate>);

impl Gate {
    pub(super) fn new(rules: Network, local: Arc<Local>, events: Events, halt: Halt) -> Self {
        Self { rules, names: Names::new(), local, events, halt, open: AtomicUsize::new(0) }
    }

    /// Takes the right to open another socket.
    pub(super) fn slot(self: &Arc<Self>) -> Result<Slot> {
        self.check_running()?;
        let limit = self.rules.sockets;
        let room = |open: usize| (open < limit).then_some(open + 1);
        match self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room) {
            Ok(_) => {
                self.events.counts().sockets.up();
                Ok(Slot(self.clone()))
            }
            Err(_) => {
                self.events.report(Event::LimitReached { limit: LimitKind::Sockets, allowed: limit as u64 });
                Err(NetworkError::TooManyOpenFiles)
            }
        }
    }

    /// Called before a wait for a socket. Fails once the plugin is stopped, and counts the registration.
    pub(super) fn check_waiting(&self) -> Result<()> {
        self.check_running()?;
        self.local.registered();
        Ok(())
    }

    /// Fails once the plugin is stopped.
    pub(super) fn check_running(&self) -> Result<()> {
        if self.halt.is_stopped() { Err(NetworkError::ConnectionAborted) } else { Ok(()) }
    }

    /// Whether the plugin may send to this address.
    pub(super) fn may_connect(&self, protocol: Protocol, to: SocketAddr) -> bool {
        // Most rules are about addresses, and need no names.
        self.rules.allows_connect(protocol, to, &[]) || self.rules.allows_connect(protocol, to, &self.names.of(to.ip()))
    }

    /// Fails unless the plugin may send to this address, and reports the attempt.
    pub(super) fn check_connect(&self, protocol: Protocol, to: SocketAddr) -> Result<()> {
        self.check_running()?;
        if self.may_connect(protocol, to) { Ok(()) } else { Err(self.deny(protocol.connecting(), to)) }
    }

    /// Reports an operation that the rules don't allow.
    pub(super) fn deny(&self, operation: &'static str, target: impl ToString) -> NetworkError {
        self.events.report(Event::Denied { operation, target: target.to_string() });
        NetworkError::PermissionDenied
    }
}

impl Protocol {
    pub(super) fn connecting(self) -> &'static str {
        match self {
            Self::Tcp => "connect to",
            Self::Udp => "send datagrams to",
        }
    }

    pub(super) fn listening(self) -> &'static str {
        match self {
            Self::Tcp => "listen on",
            Self::Udp => "receive datagrams on",
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.events.counts().sockets.down();
        self.0.local.registered();
    }
}
