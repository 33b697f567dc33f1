//! Tests of sockets, on loopback and at ports that the system picks.

mod datagrams;
mod options;
mod rules;
mod send_file;
mod streams;
mod unix;

use crate::testing::{Plugin, part};
use crate::{Address, Errno, Family, FdFlags, Network, ReceiveFlags, Result, SocketType, Thread};
use std::net::SocketAddr;

/// A plugin that may do everything on loopback.
fn local() -> Plugin {
    with(|network| {
        let network = network.connect_tcp("127.0.0.0/8:*")?.connect_tcp("[::1]:*")?.listen_tcp("127.0.0.1:*")?;
        let network = network.listen_tcp("[::1]:*")?.connect_udp("127.0.0.1:*")?.connect_udp("[::1]:*")?;
        network.listen_udp("127.0.0.1:*")?.listen_udp("[::1]:*")
    })
}

fn with(rules: impl FnOnce(Network) -> std::result::Result<Network, crate::NetworkRuleError>) -> Plugin {
    let network = rules(Network::new()).expect("they are rules");
    Plugin::new(|setup| setup.network = network)
}

fn at(text: &str) -> Address {
    Address::Ip(text.parse().expect("it is an address"))
}

impl Plugin {
    fn open(&self, family: Family, kind: SocketType) -> u32 {
        self.system.sock_open(family, kind, 0, FdFlags::default()).expect("there is room")
    }

    fn tcp(&self) -> u32 {
        self.open(Family::Inet4, SocketType::Stream)
    }

    /// A UDP socket at a port of 127.0.0.1.
    fn udp(&self) -> u32 {
        let fd = self.open(Family::Inet4, SocketType::Datagram);
        self.system.sock_bind(fd, &at("127.0.0.1:0")).expect("it is allowed");
        fd
    }

    fn listener(&self) -> u32 {
        let fd = self.tcp();
        self.system.sock_bind(fd, &at("127.0.0.1:0")).expect("it is allowed");
        self.system.sock_listen(fd, 8).expect("it is allowed");
        fd
    }

    fn address(&self, fd: u32) -> Address {
        self.system.sock_addr_local(fd).expect("it has one")
    }

    fn port(&self, fd: u32) -> u16 {
        match self.address(fd) {
            Address::Ip(address) => address.port(),
            Address::Unix(path) => panic!("{} has no port", path.display()),
        }
    }

    /// Two ends of a connection.
    fn connected(&self) -> (u32, u32) {
        let (listener, client) = (self.listener(), self.tcp());
        self.system.sock_connect(&self.thread, client, &self.address(listener)).expect("it is allowed");
        let (server, _) = self.system.sock_accept(&self.thread, listener, FdFlags::default()).expect("somebody comes");
        self.system.fd_close(listener).expect("it is open");
        (client, server)
    }

    fn send(&self, fd: u32, bytes: &[u8]) -> Result<usize> {
        self.system.sock_send(&self.thread, fd, &[part(&mut bytes.to_vec())], None, false)
    }

    fn send_to(&self, fd: u32, bytes: &[u8], to: &Address) -> Result<usize> {
        self.system.sock_send(&self.thread, fd, &[part(&mut bytes.to_vec())], Some(to), false)
    }

    fn receive(&self, fd: u32, most: usize, flags: ReceiveFlags) -> Result<Vec<u8>> {
        receive(self, &self.thread, fd, most, flags).map(|(bytes, _)| bytes)
    }

    fn receive_from(&self, fd: u32) -> Result<(Vec<u8>, Option<Address>)> {
        receive(self, &self.thread, fd, 100, ReceiveFlags::default())
    }

    fn set_nonblocking(&self, fd: u32) {
        self.system.fd_fdstat_set_flags(fd, FdFlags::NONBLOCK).expect("it is open");
    }
}

/// Receives into two parts.
fn receive(
    plugin: &Plugin,
    thread: &Thread,
    fd: u32,
    most: usize,
    flags: ReceiveFlags,
) -> Result<(Vec<u8>, Option<Address>)> {
    let mut bytes = vec![0; most];
    let (first, second) = bytes.split_at_mut(most / 2);
    let (received, from) = plugin.system.sock_recv(thread, fd, &[part(first), part(second)], flags)?;
    bytes.truncate(received.len);
    Ok((bytes, from))
}

/// The address of somebody who isn't the plugin.
fn stranger() -> (std::net::UdpSocket, SocketAddr) {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback is there");
    let address = socket.local_addr().expect("it is bound");
    (socket, address)
}

/// A port that nobody listens at.
fn nobody() -> Address {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    listener.local_addr().expect("it is bound").into()
}
