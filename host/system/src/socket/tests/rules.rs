//! What no rule allows, and what belongs to others.

use super::*;
use crate::SocketOption;
use std::net::TcpListener;

#[test]
fn what_no_rule_allows_is_refused_and_reported() {
    let plugin = with(|network| network.connect_tcp("127.0.0.1:80"));
    let (system, thread) = (&plugin.system, &plugin.thread);
    let socket = plugin.tcp();
    for to in ["127.0.0.1:81", "127.0.0.2:80", "192.0.2.1:80"] {
        assert_eq!(system.sock_connect(thread, socket, &at(to)), Err(Errno::Perm));
        assert_eq!(plugin.reported.take(), [format!("connect to {to}")]);
    }
    let v6 = plugin.open(Family::Inet6, SocketType::Stream);
    assert_eq!(system.sock_connect(thread, v6, &at("[::ffff:127.0.0.1]:81")), Err(Errno::Perm));
    // An IPv4 address is meant, however it is written.
    assert_eq!(system.sock_connect(thread, v6, &at("[::ffff:127.0.0.1]:80")), Err(Errno::Connrefused));
    assert_eq!(plugin.reported.take(), ["connect to [::ffff:127.0.0.1]:81"]);
    assert_eq!(system.sock_bind(socket, &at("127.0.0.1:8080")), Err(Errno::Perm));
    assert_eq!(plugin.reported.take(), ["listen on 127.0.0.1:8080"]);
    assert_eq!(system.sock_bind(socket, &at("127.0.0.1:0")), Ok(()));
    assert_eq!(system.sock_listen(socket, 1), Err(Errno::Perm));
    assert_eq!(system.sock_listen(plugin.tcp(), 1), Err(Errno::Perm));
    assert_eq!(plugin.reported.take(), ["listen on 127.0.0.1:0", "listen on 0.0.0.0:0"]);
    let udp = plugin.open(Family::Inet4, SocketType::Datagram);
    assert_eq!(system.sock_bind(udp, &at("0.0.0.0:5353")), Err(Errno::Perm));
    assert_eq!(plugin.reported.take(), ["receive datagrams on 0.0.0.0:5353"]);
    assert_eq!(system.sock_bind(udp, &at("0.0.0.0:0")), Ok(()));
    assert_eq!(system.resolve(thread, b"example.com", 9), Err(Errno::Perm));
    assert_eq!(system.resolve(thread, &[b'a'; 256], 9), Err(Errno::Inval));
    assert_eq!(plugin.reported.take(), ["look up example.com"]);
    assert_eq!(system.resolve(thread, b"127.0.0.1", 9), Ok(vec!["127.0.0.1".parse().unwrap()]));
}

#[test]
fn the_number_of_sockets_is_limited() {
    let plugin = with(|network| Ok(network.sockets(3)));
    let sockets = [plugin.tcp(), plugin.tcp(), plugin.tcp()];
    let open = || plugin.system.sock_open(Family::Inet4, SocketType::Stream, 0, FdFlags::default());
    assert_eq!(open(), Err(Errno::Mfile));
    assert_eq!(plugin.reported.take(), ["Sockets 3"]);
    assert_eq!(plugin.system.usage().sockets, 3);
    plugin.system.fd_close(sockets[1]).unwrap();
    assert!(open().is_ok());
    // A pair reaches nobody.
    assert!(plugin.system.sock_pair(SocketType::Stream, FdFlags::default()).is_ok());
    for (family, kind, protocol) in [
        (Family::Inet4, SocketType::Stream, 17),
        (Family::Inet4, SocketType::Datagram, 6),
        (Family::Inet6, SocketType::Seqpacket, 0),
        (Family::Inet4, SocketType::Stream, 1),
    ] {
        let opened = plugin.system.sock_open(family, kind, protocol, FdFlags::default());
        assert_eq!(opened, Err(Errno::Protonosupport));
    }
}

#[test]
fn wasix_libc_finds_out_how_ports_are_written() {
    let plugin = with(Ok);
    // Whether somebody else is there or not.
    let _other = TcpListener::bind("0.0.0.0:10275");
    let socket = plugin.tcp();
    assert_eq!(plugin.system.sock_bind(socket, &at("0.0.0.0:10275")), Ok(()));
    assert_eq!(plugin.address(socket), at("0.0.0.0:10275"));
    assert!(plugin.reported.take().is_empty());
    assert_eq!(plugin.system.sock_listen(socket, 1), Err(Errno::Perm));
    assert_eq!(plugin.reported.take(), ["listen on 0.0.0.0:10275"]);
}

#[test]
fn a_port_is_shared_with_the_plugins_own_sockets_only() {
    let plugin = local();
    let shared = || {
        let socket = plugin.tcp();
        plugin.system.sock_set_opt_flag(socket, SocketOption::ReusePort, true).unwrap();
        assert_eq!(plugin.system.sock_get_opt_flag(socket, SocketOption::ReusePort), Ok(true));
        socket
    };
    let first = shared();
    plugin.system.sock_bind(first, &at("127.0.0.1:0")).unwrap();
    let address = plugin.address(first);
    plugin.system.sock_listen(first, 1).unwrap();
    let second = shared();
    assert_eq!(plugin.system.sock_bind(second, &address), Ok(()));
    assert_eq!(plugin.system.sock_listen(second, 1), Ok(()));
    assert_eq!(plugin.system.sock_bind(plugin.tcp(), &address), Err(Errno::Addrinuse));
    // A program of the host's that shares its port with others.
    let flags = rustix::net::SocketFlags::CLOEXEC;
    let (family, kind) = (rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM);
    let foreign = rustix::net::socket_with(family, kind, flags, None).unwrap();
    rustix::net::sockopt::set_socket_reuseport(&foreign, true).unwrap();
    rustix::net::bind(&foreign, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    let foreign: SocketAddr = rustix::net::getsockname(&foreign).unwrap().try_into().unwrap();
    assert_eq!(plugin.system.sock_bind(shared(), &foreign.into()), Err(Errno::Addrinuse));
    plugin.system.fd_close(first).unwrap();
    plugin.system.fd_close(second).unwrap();
    assert_eq!(plugin.system.sock_bind(shared(), &address), Ok(()));
}

#[test]
fn all_ipv6_addresses_are_all_ipv4_ones_only_where_a_rule_says_so() {
    let only = with(|network| network.listen_tcp("[::]:*")?.listen_udp("[::]:*"));
    let dual = with(|network| network.listen_tcp("[::]:*")?.listen_tcp("0.0.0.0:*"));
    for (plugin, kind, only_v6) in
        [(&only, SocketType::Stream, true), (&only, SocketType::Datagram, true), (&dual, SocketType::Stream, false)]
    {
        let socket = plugin.open(Family::Inet6, kind);
        plugin.system.sock_bind(socket, &at("[::]:0")).unwrap();
        assert_eq!(plugin.system.sock_get_opt_flag(socket, SocketOption::OnlyV6), Ok(only_v6));
        if kind == SocketType::Stream {
            plugin.system.sock_listen(socket, 1).unwrap();
            let reached = std::net::TcpStream::connect(("127.0.0.1", plugin.port(socket)));
            assert_eq!(reached.is_err(), only_v6);
        }
    }
}
