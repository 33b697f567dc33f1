//! The UDP sockets of a plugin.

use super::address::canonical;
use super::gate::Slot;
use super::rules::Protocol;
use super::waited::Waited;
use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};
use virtual_net::{
    InterestHandler, NetworkError, Result, SocketStatus, VirtualConnectionlessSocket, VirtualIoSource, VirtualSocket,
    VirtualUdpSocket,
};

/// How many senders a listening socket can answer: the last ones.
const MAX_SENDERS: usize = 256;

/// A UDP socket. Unless it may listen, it hears only from addresses that it may send to.
#[derive(Debug)]
pub(super) struct Datagram {
    socket: Waited<dyn VirtualUdpSocket + Sync>,
    listening: bool,
    senders: VecDeque<SocketAddr>,
}

impl Datagram {
    pub(super) fn new(socket: Box<dyn VirtualUdpSocket + Sync>, slot: Slot, listening: bool) -> Self {
        Self { socket: Waited::new(socket, slot), listening, senders: VecDeque::new() }
    }

    /// Whether a datagram from this address is for the plugin.
    fn hears(&self, from: SocketAddr) -> bool {
        self.listening || self.socket.gate().may_connect(Protocol::Udp, from)
    }

    /// Drops datagrams from the front of the queue that are not for the plugin. Ends when the plugin is stopped, at the
    /// latest.
    fn drop_strangers(&mut self) -> Result<()> {
        let mut byte = [MaybeUninit::uninit()];
        loop {
            self.socket.gate().check_running()?;
            let (_, from) = self.socket.try_recv_from(&mut byte, true)?;
            if self.hears(from) {
                return Ok(());
            }
            self.socket.try_recv_from(&mut byte, false)?;
        }
    }

    fn remember(&mut self, sender: SocketAddr) {
        if self.listening && !self.senders.contains(&sender) {
            if self.senders.len() == MAX_SENDERS {
                self.senders.pop_front();
            }
            self.senders.push_back(sender);
        }
    }

    fn check_group(&self, group: SocketAddr) -> Result<()> {
        let gate = self.socket.gate();
        if gate.rules.allows_listen(Protocol::Udp, group) || gate.may_connect(Protocol::Udp, group) {
            Ok(())
        } else {
            Err(gate.deny("join the group", canonical(group)))
        }
    }

    /// The socket's own port. A rule for a multicast group is about this port.
    fn port(&self) -> u16 {
        self.socket.addr_local().map_or(0, |address| address.port())
    }
}

impl VirtualConnectionlessSocket for Datagram {
    fn try_send_to(&mut self, data: &[u8], to: SocketAddr) -> Result<usize> {
        if !self.senders.contains(&to) {
            self.socket.gate().check_connect(Protocol::Udp, to)?;
        }
        self.socket.gate().check_running()?;
        self.socket.try_send_to(data, to)
    }

    fn try_recv_from(&mut self, buf: &mut [MaybeUninit<u8>], peek: bool) -> Result<(usize, SocketAddr)> {
        self.drop_strangers()?;
        let (len, from) = self.socket.try_recv_from(buf, peek)?;
        self.remember(from);
        Ok((len, from))
    }
}

impl VirtualIoSource for Datagram {
    fn remove_handler(&mut self) {
        self.socket.remove_waiter();
    }

    fn poll_read_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        loop {
            let Poll::Ready(ready) = self.socket.wait_read(cx) else {
                return Poll::Pending;
            };
            match self.drop_strangers() {
                // What came was not for the plugin, so it goes on waiting.
                Err(NetworkError::WouldBlock) => {}
                outcome => return Poll::Ready(ready.and_then(|len| outcome.map(|()| len))),
            }
        }
    }

    fn poll_write_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.socket.wait_write(cx)
    }
}

impl VirtualSocket for Datagram {
    fn set_ttl(&mut self, ttl: u32) -> Result<()> {
        self.socket.set_ttl(ttl)
    }

    fn ttl(&self) -> Result<u32> {
        self.socket.ttl()
    }

    fn addr_local(&self) -> Result<SocketAddr> {
        self.socket.addr_local()
    }

    fn status(&self) -> Result<SocketStatus> {
        self.socket.status()
    }

    fn last_error(&self) -> Result<Option<NetworkError>> {
        self.socket.last_error()
    }

    fn set_handler(&mut self, handler: Box<dyn InterestHandler + Send + Sync>) -> Result<()> {
        self.socket.add_waiter(handler)
    }
}

impl VirtualUdpSocket for Datagram {
    fn set_broadcast(&mut self, broadcast: bool) -> Result<()> {
        self.socket.set_broadcast(broadcast)
    }

    fn broadcast(&self) -> Result<bool> {
        self.socket.broadcast()
    }

    fn set_multicast_loop_v4(&mut self, on: bool) -> Result<()> {
        self.socket.set_multicast_loop_v4(on)
    }

    fn multicast_loop_v4(&self) -> Result<bool> {
        self.socket.multicast_loop_v4()
    }

    fn set_multicast_loop_v6(&mut self, on: bool) -> Result<()> {
        self.socket.set_multicast_loop_v6(on)
    }

    fn multicast_loop_v6(&self) -> Result<bool> {
        self.socket.multicast_loop_v6()
    }

    fn set_multicast_ttl_v4(&mut self, ttl: u32) -> Result<()> {
        self.socket.set_multicast_ttl_v4(ttl)
    }

    fn multicast_ttl_v4(&self) -> Result<u32> {
        self.socket.multicast_ttl_v4()
    }

    fn join_multicast_v4(&mut self, group: Ipv4Addr, iface: Ipv4Addr) -> Result<()> {
        self.check_group((group, self.port()).into())?;
        self.socket.join_multicast_v4(group, iface)
    }

    fn leave_multicast_v4(&mut self, group: Ipv4Addr, iface: Ipv4Addr) -> Result<()> {
        self.socket.leave_multicast_v4(group, iface)
    }

    fn join_multicast_v6(&mut self, group: Ipv6Addr, iface: u32) -> Result<()> {
        self.check_group((group, self.port()).into())?;
        self.socket.join_multicast_v6(group, iface)
    }

    fn leave_multicast_v6(&mut self, group: Ipv6Addr, iface: u32) -> Result<()> {
        self.socket.leave_multicast_v6(group, iface)
    }

    fn addr_peer(&self) -> Result<Option<SocketAddr>> {
        self.socket.addr_peer()
    }
}
