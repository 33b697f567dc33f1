//! A plugin's TCP sockets before there is a connection: bound ones and listening ones.

use super::gate::{Gate, Slot};
use super::rules::Protocol;
use super::stream::Stream;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use virtual_net::{
    InterestHandler, NetworkError, Result, VirtualIoSource, VirtualTcpBoundSocket, VirtualTcpListener, VirtualTcpSocket,
};

/// A socket that has an address of its own and nothing else.
#[derive(Debug)]
pub(super) struct Bound {
    socket: Box<dyn VirtualTcpBoundSocket + Sync>,
    /// Given to the listener or the connection that this becomes.
    slot: Option<Slot>,
    gate: Arc<Gate>,
    /// The address that the plugin asked for, and whether it may listen there.
    asked: SocketAddr,
    may_listen: bool,
}

impl Bound {
    pub(super) fn new(
        socket: Box<dyn VirtualTcpBoundSocket + Sync>,
        slot: Slot,
        asked: SocketAddr,
        may_listen: bool,
    ) -> Self {
        Self { socket, gate: slot.0.clone(), slot: Some(slot), asked, may_listen }
    }

    fn take_slot(&mut self) -> Result<Slot> {
        self.slot.take().ok_or(NetworkError::InvalidFd)
    }
}

impl VirtualTcpBoundSocket for Bound {
    fn addr_local(&self) -> Result<SocketAddr> {
        self.socket.addr_local()
    }

    fn listen(&mut self) -> Result<Box<dyn VirtualTcpListener + Sync>> {
        self.gate.check_running()?;
        if !self.may_listen {
            return Err(self.gate.deny(Protocol::Tcp.listening(), self.asked));
        }
        let socket = self.socket.listen()?;
        Ok(Box::new(Listener { socket, slot: self.take_slot()? }))
    }

    fn connect(&mut self, peer: SocketAddr) -> Result<Box<dyn VirtualTcpSocket + Sync>> {
        self.gate.check_connect(Protocol::Tcp, peer)?;
        let socket = self.socket.connect(peer)?;
        Ok(Box::new(Stream::connecting(socket, self.take_slot()?)))
    }

    fn set_ttl(&mut self, ttl: u32) -> Result<()> {
        self.socket.set_ttl(ttl)
    }

    fn ttl(&self) -> Result<u32> {
        self.socket.ttl()
    }
}

/// A socket that accepts connections from whoever reaches it.
#[derive(Debug)]
struct Listener {
    socket: Box<dyn VirtualTcpListener + Sync>,
    slot: Slot,
}

impl VirtualTcpListener for Listener {
    fn try_accept(&mut self) -> Result<(Box<dyn VirtualTcpSocket + Sync>, SocketAddr)> {
        let slot = self.slot.0.slot()?;
        let (socket, peer) = self.socket.try_accept()?;
        Ok((Box::new(Stream::accepted(socket, slot)), peer))
    }

    fn set_handler(&mut self, handler: Box<dyn InterestHandler + Send + Sync>) -> Result<()> {
        self.slot.0.check_running()?;
        self.slot.0.local.registered();
        self.socket.set_handler(handler)
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
        self.socket.remove_handler();
        self.slot.0.local.registered();
    }

    fn poll_read_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.slot.0.check_running()?;
        self.slot.0.local.registered();
        self.socket.poll_read_ready(cx)
    }

    fn poll_write_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.slot.0.check_running()?;
        self.slot.0.local.registered();
        self.socket.poll_write_ready(cx)
    }
}
