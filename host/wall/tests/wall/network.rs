//! Sockets.

use crate::Case;
use crate::calls::{call, error};
use crate::place::{enclose, raise, wall};
use libc::{AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, EACCES, EPERM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

pub(crate) const CASES: &[Case] = &[
    ("without_a_network_there_are_no_sockets", none),
    ("pairs_of_streams_are_left", pairs),
    ("only_listed_ports_are_reached", connect),
    ("only_listed_ports_are_listened_at", bind),
    ("all_of_tcp_can_be_left", any),
    ("udp_can_be_left", udp),
    ("sockets_can_not_be_opened_another_way", bypasses),
    ("no_socket_of_another_process_is_reached", unix),
];

fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<i64> {
    call(libc::SYS_socket, [family.into(), kind.into(), protocol.into(), 0, 0, 0])
}

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let port = listener.local_addr().expect("it has a port").port();
    (listener, port)
}

fn none() {
    let (there, port) = listener();
    let unbound = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    raise(wall());
    for family in [AF_INET, AF_INET6, AF_UNIX, AF_NETLINK] {
        for kind in [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET] {
            assert_eq!(error(socket(family, kind | libc::SOCK_CLOEXEC, 0)), EPERM, "{family} {kind}");
        }
    }
    assert_eq!(error(TcpStream::connect(("127.0.0.1", port))), EPERM);
    assert_eq!(error(unbound.connect(("127.0.0.1", port))), EPERM);
    assert_eq!(error(there.accept()), EPERM);
}

fn pairs() {
    raise(wall());
    let (mut one, mut other) = UnixStream::pair().expect("there is a pair");
    one.write_all(b"text").expect("it is sent");
    let mut text = [0; 4];
    other.read_exact(&mut text).expect("it is received");
    assert_eq!(&text, b"text");
    assert_eq!(error(UnixDatagram::pair()), EPERM);
}

fn connect() {
    let ((_one, open), (_other, closed)) = (listener(), listener());
    raise(wall().connect_tcp([open]));
    let stream = TcpStream::connect(("127.0.0.1", open)).expect("it is listed");
    stream.set_nodelay(true).expect("it is TCP");
    (&stream).write_all(b"text").expect("it is sent");
    assert_eq!(error(TcpStream::connect(("127.0.0.1", closed))), EACCES);
    assert_eq!(error(TcpListener::bind("127.0.0.1:0")), EACCES);
    assert_eq!(error(UdpSocket::bind("127.0.0.1:0")), EPERM);
}

fn bind() {
    let [open, closed] = [(); 2].map(|()| listener()).map(|(_, port)| port);
    raise(wall().bind_tcp([open]));
    TcpListener::bind(("127.0.0.1", open)).expect("it is listed");
    assert_eq!(error(TcpListener::bind(("127.0.0.1", closed))), EACCES);
    assert_eq!(error(TcpStream::connect(("127.0.0.1", open))), EACCES);
}

fn any() {
    let (_there, port) = listener();
    raise(wall().any_tcp());
    TcpStream::connect(("127.0.0.1", port)).expect("it is open");
    TcpListener::bind("127.0.0.1:0").expect("it is open");
    assert_eq!(error(UdpSocket::bind("127.0.0.1:0")), EPERM);
}

fn udp() {
    raise(wall().udp(true));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("it is open");
    socket.send_to(b"text", socket.local_addr().expect("it has a port")).expect("it is sent");
    assert_eq!(socket.recv(&mut [0; 8]).expect("it is received"), 4);
    assert_eq!(error(TcpStream::connect("127.0.0.1:1")), EPERM);
}

fn bypasses() {
    let ((_one, open), (_other, closed)) = (listener(), listener());
    raise(wall().connect_tcp([open]));
    assert_eq!(error(socket(AF_INET, SOCK_STREAM, libc::IPPROTO_MPTCP)), EPERM);
    assert_eq!(error(socket(AF_INET, SOCK_STREAM, libc::IPPROTO_SCTP)), EPERM);
    assert_eq!(error(socket(AF_INET, SOCK_DGRAM, libc::IPPROTO_ICMP)), EPERM);
    let fd = socket(AF_INET, SOCK_STREAM, libc::IPPROTO_TCP).expect("it is TCP");
    assert_eq!(error(call(libc::SYS_listen, [fd, 1, 0, 0, 0, 0])), EPERM);
    let mut address = [0_u8; 16];
    address[..2].copy_from_slice(&(AF_INET as u16).to_ne_bytes());
    address[2..4].copy_from_slice(&closed.to_be_bytes());
    address[4..8].copy_from_slice(&[127, 0, 0, 1]);
    let (text, to) = (b"text".as_ptr() as i64, address.as_ptr() as i64);
    let fast_open = i64::from(libc::MSG_FASTOPEN);
    assert_eq!(error(call(libc::SYS_sendto, [fd, text, 4, fast_open, to, 16])), EPERM);
    assert_eq!(error(call(libc::SYS_connect, [fd, to, 16, 0, 0, 0])), EACCES);
    let option = |level: i32, name: i32| {
        let value = address.as_ptr() as i64;
        call(libc::SYS_setsockopt, [fd, level.into(), name.into(), value, 16, 0])
    };
    assert_eq!(error(option(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER)), EPERM);
    assert_eq!(error(option(libc::IPPROTO_TCP, libc::TCP_ULP)), EPERM);
    option(libc::SOL_SOCKET, libc::SO_KEEPALIVE).expect("it is harmless");
}

fn unix() {
    let _there = UnixListener::bind("write/socket").expect("it is made");
    let enclosed = enclose(wall().any_tcp());
    assert_eq!(error(UnixListener::bind("write/other-socket")), EACCES, "no sockets are made");
    enclosed.seal().expect("it is sealed");
    assert_eq!(error(UnixStream::connect("write/socket")), EPERM);
}
