//! Gives a socket an address, where the plugin may have one.

use super::{Address, Socket, SocketType};
use crate::network::{Protocol, canonical};
use crate::{Errno, Result};
use rustix::net::{self, sockopt};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;

/// What wasix-libc binds for a moment in every program, to find out how the host writes ports. A bind that failed, even
/// because another plugin is at it, would make it read all ports the wrong way round.
const LIBC_PROBE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 10275);

/// Connections that wait to be accepted at most.
const MAX_BACKLOG: usize = 4096;

impl Socket {
    pub(super) fn bind(&self, address: &Address) -> Result<()> {
        self.check_family(address)?;
        match address {
            Address::Unix(path) => {
                self.gate.check_listen_unix(path)?;
                Ok(net::bind(&self.fd, &address.to_kernel()?)?)
            }
            Address::Ip(at) if self.is_udp() => self.bind_udp(*at),
            Address::Ip(at) if *at == LIBC_PROBE => {
                self.state().pretended = Some(*at);
                Ok(())
            }
            Address::Ip(at) => self.bind_tcp(*at),
        }
    }

    /// A socket at a port that the system picks can do nothing that an unbound one can't, as long as it doesn't listen.
    fn bind_tcp(&self, at: SocketAddr) -> Result<()> {
        let listening = self.gate.may_listen(Protocol::Tcp, at);
        if !listening && at.port() != 0 {
            return Err(self.gate.deny(Protocol::Tcp.listening(), at));
        }
        self.bind_in_kernel(Protocol::Tcp, at)
    }

    fn bind_udp(&self, at: SocketAddr) -> Result<()> {
        let listening = self.gate.may_listen(Protocol::Udp, at);
        if !listening && !self.gate.may_bind_ephemeral(at) {
            return Err(self.gate.deny(Protocol::Udp.listening(), at));
        }
        self.bind_in_kernel(Protocol::Udp, at)?;
        self.is_open_to_all.store(listening, Ordering::Relaxed);
        Ok(())
    }

    fn bind_in_kernel(&self, protocol: Protocol, at: SocketAddr) -> Result<()> {
        // A socket at all IPv6 addresses is at the IPv4 ones as well, unless it is told otherwise.
        let everywhere = at.is_ipv6() && at.ip().is_unspecified();
        if everywhere && !self.gate.may_be_dual(protocol, at.port()) && self.gate.may_listen(protocol, at) {
            sockopt::set_ipv6_v6only(&self.fd, true)?;
        }
        let mut state = self.state();
        // A port is shared with the plugin's own sockets only: else it would take connections from other programs of the
        // host's. So the first one has to have the port alone.
        let shares = state.reuse_port && self.gate.has_shared_port(protocol, canonical(at));
        if state.reuse_port {
            sockopt::set_socket_reuseport(&self.fd, shares)?;
        }
        net::bind(&self.fd, &at)?;
        if state.reuse_port {
            sockopt::set_socket_reuseport(&self.fd, true)?;
            let bound: SocketAddr = net::getsockname(&self.fd)?.try_into()?;
            state.shared_port = Some(self.gate.share_port(protocol, canonical(bound)));
        }
        (state.requested, state.pretended) = (Some(at), None);
        Ok(())
    }

    pub(super) fn listen(&self, backlog: usize) -> Result<()> {
        if self.kind == SocketType::Datagram {
            return Err(Errno::Notsup);
        }
        if self.protocol().is_some() {
            self.check_listen()?;
        }
        Ok(net::listen(&self.fd, backlog.min(MAX_BACKLOG) as i32)?)
    }

    fn check_listen(&self) -> Result<()> {
        let (requested, pretended) = {
            let state = self.state();
            (state.requested, state.pretended)
        };
        let unbound = match self.family {
            super::Family::Inet6 => SocketAddr::from(([0u16; 8], 0)),
            _ => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        };
        let at = requested.or(pretended).unwrap_or(unbound);
        if !self.gate.may_listen(Protocol::Tcp, at) {
            return Err(self.gate.deny(Protocol::Tcp.listening(), at));
        }
        match requested {
            Some(_) => Ok(()),
            None => self.bind_in_kernel(Protocol::Tcp, at),
        }
    }

    pub(super) fn address(&self) -> Result<Address> {
        if let Some(pretended) = self.state().pretended {
            return Ok(pretended.into());
        }
        Address::from_kernel(net::getsockname(&self.fd)?)
    }

    pub(super) fn peer(&self) -> Result<Address> {
        if let Some((peer, _)) = self.state().peer {
            return Ok(peer.into());
        }
        match net::getpeername(&self.fd)? {
            Some(peer) => Address::from_kernel(peer),
            None if self.protocol().is_none() => Ok(Address::Unix(Default::default())),
            None => Err(Errno::Notconn),
        }
    }
}
