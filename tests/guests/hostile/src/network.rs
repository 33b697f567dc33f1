//! Reaching out. The target is an address, or a name and a port.

use crate::{Attack, kind, said};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("connect", |to| said(TcpStream::connect(to))),
    ("connect-timeout", |to| said(TcpStream::connect_timeout(&address(to), Duration::from_secs(5)))),
    ("listen", |at| said(TcpListener::bind(at))),
    ("bind-datagrams", |at| said(UdpSocket::bind(at))),
    ("send-datagram", |to| said(UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.send_to(b"datagram", to)))),
    ("connect-datagrams", |to| {
        said(UdpSocket::bind("127.0.0.1:0").and_then(|socket| {
            socket.connect(to)?;
            socket.send(b"datagram")
        }))
    }),
    ("resolve", |name| match name.to_socket_addrs() {
        Ok(found) => Ok(found.map(|found| found.to_string()).collect::<Vec<_>>().join(" ")),
        Err(error) => Err(kind(&error)),
    }),
    ("raw-socket", |_| system::raw_socket()),
    ("unix-socket", |_| system::unix_socket()),
    ("bridge", |_| system::bridge()),
    ("interface", |_| system::interface()),
];

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

mod system {
    use crate::{Outcome, Part, errno};

    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn sock_open(family: i32, kind: i32, protocol: i32, socket: *mut u32) -> i32;
        fn port_bridge(network: *const u8, len: usize, token: *const u8, token_len: usize, security: i32) -> i32;
        fn port_dhcp_acquire() -> i32;
        fn fd_close(descriptor: u32) -> i32;
        fn sock_send_to(
            socket: u32,
            parts: *const Part,
            count: usize,
            flags: i32,
            to: *const u8,
            sent: *mut usize,
        ) -> i32;
    }

    const STREAM: i32 = 1;
    const RAW: i32 = 3;

    /// Sends something through a socket of that kind, if there is one.
    fn send_through(family: i32, kind: i32) -> Outcome {
        let mut socket = 0;
        let packet = [8_u8; 64];
        let to = [family as u8; 110];
        let part = Part { start: packet.as_ptr(), len: packet.len() };
        // SAFETY: each pointer is to a local variable.
        unsafe {
            errno(sock_open(family, kind, 0, &mut socket))?;
            let sent = errno(sock_send_to(socket, &part, 1, 0, to.as_ptr(), &mut 0));
            fd_close(socket);
            sent
        }
    }

    pub(super) fn raw_socket() -> Outcome {
        send_through(1, RAW)
    }

    pub(super) fn unix_socket() -> Outcome {
        send_through(3, STREAM)
    }

    pub(super) fn bridge() -> Outcome {
        let name = "net";
        // SAFETY: the pointers and lengths are a string's.
        errno(unsafe { port_bridge(name.as_ptr(), name.len(), name.as_ptr(), name.len(), 0) })
    }

    pub(super) fn interface() -> Outcome {
        // SAFETY: there is nothing that it takes.
        errno(unsafe { port_dhcp_acquire() })
    }
}
