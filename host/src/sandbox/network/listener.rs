//! The TCP sockets of a plugin before there is a connection: bound sockets and listening sockets.

use super::address::canonical;
use super::gate::{Gate, Slot};
use super::rules::Protocol;
use super::stream::Stream;
use super::waited::Waited;
use futures::FutureExt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use virtual_net::{
    InterestHandler, NetworkError, Result, VirtualIoSource, VirtualNetworking, VirtualTcpBoundSocket,
    VirtualTcpListener, VirtualTcpSocket,
};

/// The address that wasix-libc binds for a moment in every program, to find out how the host writes ports. If that bind
/// failed, for example because another plugin has the address, wasix-libc would read all ports in the wrong byte order.
const LIBC_PROBE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 10275);

/// What a plugin asks for when it binds a socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bind {
    pub(super) at: SocketAddr,
    pub(super) only_v6: bool,
    pub(super) reuse_addr: bool,
}

/// A socket that has an address of its own and nothing else. The system has the socket only if the plugin may listen at
/// the address. Otherwise a bound socket can't do more than an unbound one.
#[derive(Debug)]
pub(super) struct Bound {
    gate: Arc<Gate>,
    bind: Bind,
    socket: Option<(Box<dyn VirtualTcpBoundSocket + Sync>, Slot)>,
}

/// Begins a connection, if the rules allow it.
pub(super) async fn connect(
    gate: &Arc<Gate>,
    own: SocketAddr,
    peer: SocketAddr,
) -> Result<Box<dyn VirtualTcpSocket + Sync>> {
    gate.check_connect(Protocol::Tcp, peer)?;
    let slot = gate.slot()?;
    let socket = gate.local.net.connect_tcp(own, canonical(peer)).await?;
    Ok(Box::new(Stream::connecting(socket, slot)))
}

impl Bound {
    pub(super) fn new(gate: Arc<Gate>, bind: Bind) -> Result<Self> {
        let mut bound = Self { gate, bind, socket: None };
        if bound.bind.at != LIBC_PROBE && bound.gate.rules.allows_listen(Protocol::Tcp, bound.bind.at) {
            bound.socket = Some(bound.open()?);
        }
        Ok(bound)
    }

    /// Opens the socket in the system.
    fn open(&self) -> Result<(Box<dyn VirtualTcpBoundSocket + Sync>, Slot)> {
        let Bind { at, only_v6, reuse_addr } = self.bind;
        if !self.gate.rules.allows_listen(Protocol::Tcp, at) {
            return Err(self.gate.deny(Protocol::Tcp.listening(), at));
        }
        let slot = self.gate.slot()?;
        let only_v6 = only_v6 || !self.gate.rules.allows_dual_stack(Protocol::Tcp, at.port());
        let binding = self.gate.local.net.bind_tcp(at, only_v6, false, reuse_addr);
        // Binding never waits.
        Ok((binding.now_or_never().ok_or(NetworkError::IOError)??, slot))
    }
}

impl VirtualTcpBoundSocket for Bound {
    fn addr_local(&self) -> Result<SocketAddr> {
        self.socket.as_ref().map_or(Ok(self.bind.at), |(socket, _)| socket.addr_local())
    }

    fn listen(&mut self) -> Result<Box<dyn VirtualTcpListener + Sync>> {
        self.gate.check_running()?;
        let (mut socket, slot) = self.socket.take().map_or_else(|| self.open(), Ok)?;
        Ok(Box::new(Listener { socket: Waited::new(socket.listen()?, slot) }))
    }

    fn connect(&mut self, peer: SocketAddr) -> Result<Box<dyn VirtualTcpSocket + Sync>> {
        self.gate.check_connect(Protocol::Tcp, peer)?;
        match self.socket.take() {
            Some((mut socket, slot)) => Ok(Box::new(Stream::connecting(socket.connect(peer)?, slot))),
            None if self.bind.at.port() == 0 => {
                connect(&self.gate, self.bind.at, peer).now_or_never().ok_or(NetworkError::IOError)?
            }
            None => Err(self.gate.deny("connect from", self.bind.at)),
        }
    }

    fn set_ttl(&mut self, ttl: u32) -> Result<()> {
        self.socket.as_mut().map_or(Err(NetworkError::Unsupported), |(socket, _)| socket.set_ttl(ttl))
    }

    fn ttl(&self) -> Result<u32> {
        self.socket.as_ref().map_or(Err(NetworkError::Unsupported), |(socket, _)| socket.ttl())
    }
}

/// A socket that accepts connections from anybody who reaches it.
#[derive(Debug)]
struct Listener {
    socket: Waited<dyn VirtualTcpListener + Sync>,
}

impl VirtualTcpListener for Listener {
    fn try_accept(&mut self) -> Result<(Box<dyn VirtualTcpSocket + Sync>, SocketAddr)> {
        let slot = self.socket.gate().slot()?;
        let (socket, peer) = self.socket.try_accept()?;
        Ok((Box::new(Stream::accepted(socket, slot)), peer))
    }

    fn set_handler(&mut self, handler: Box<dyn InterestHandler + Send + Sync>) -> Result<()> {
        self.socket.add_waiter(handler)
    }

    fn addr_local(&self) -> Result<SocketAddr> {
        self.socket.addr_local()
    }

    fn set_ttl(&mut self, ttl: u8) -> Result<()> {
        self.socket.set_ttl(ttl)
    }

    fn ttl(&self) -> Result<u8> {
        self.socket.ttl()
    }
}

impl VirtualIoSource for Listener {
    fn remove_handler(&mut self) {
        self.socket.remove_waiter();
    }

    fn poll_read_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.socket.wait_read(cx)
    }

    fn poll_write_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.socket.wait_write(cx)
    }
}
