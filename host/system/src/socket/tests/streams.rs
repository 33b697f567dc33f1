//! Connections.

use super::*;
use crate::{Awaited, SocketOption, SocketStatus, Subscription};
use std::net::{Shutdown, TcpListener};
use std::thread::scope;
use std::time::{Duration, Instant};

#[test]
fn bytes_go_both_ways_and_directions_end() {
    let plugin = local();
    let (client, server) = plugin.connected();
    assert_eq!(plugin.system.sock_addr_peer(client).unwrap(), plugin.address(server));
    assert_eq!(plugin.system.sock_addr_peer(server).unwrap(), plugin.address(client));
    assert_eq!(plugin.send(client, b"hello"), Ok(5));
    assert_eq!(plugin.receive(server, 3, ReceiveFlags::PEEK).unwrap(), b"hel");
    assert_eq!(plugin.receive(server, 100, ReceiveFlags::default()).unwrap(), b"hello");
    assert_eq!(plugin.system.fd_write(&plugin.thread, server, &[part(&mut b"a".to_vec())]), Ok(1));
    let mut byte = [0];
    assert_eq!(plugin.system.fd_read(&plugin.thread, client, &[part(&mut byte)]), Ok(1));
    assert_eq!(byte, *b"a");
    plugin.system.sock_shutdown(client, Shutdown::Write).unwrap();
    assert_eq!(plugin.receive(server, 1, ReceiveFlags::default()).unwrap(), b"");
    assert_eq!(plugin.send(server, b"still"), Ok(5));
    assert_eq!(plugin.receive(client, 5, ReceiveFlags::WAIT_ALL).unwrap(), b"still");
    assert_eq!(plugin.send(client, b"x"), Err(Errno::Pipe));
    plugin.system.fd_close(server).unwrap();
    assert_eq!(plugin.receive(client, 1, ReceiveFlags::default()).unwrap(), b"");
}

#[test]
fn much_is_sent_and_waited_for_as_a_whole() {
    let plugin = local();
    let (client, server) = plugin.connected();
    const MUCH: usize = 8 << 20;
    scope(|scope| {
        let sending = scope.spawn(|| {
            let mut bytes: Vec<u8> = (0..MUCH).map(|at| at as u8).collect();
            let (one, other) = bytes.split_at_mut(MUCH / 3);
            plugin.system.sock_send(&plugin.thread(), client, &[part(one), part(other)], None, false)
        });
        let received = plugin.receive(server, MUCH, ReceiveFlags::WAIT_ALL).unwrap();
        assert!(received.len() == MUCH && received.iter().enumerate().all(|(at, byte)| *byte == at as u8));
        assert_eq!(sending.join().unwrap(), Ok(MUCH));
    });
}

#[test]
fn addresses_of_ipv6_have_no_scope() {
    let plugin = local();
    let (listener, client) =
        (plugin.open(Family::Inet6, SocketType::Stream), plugin.open(Family::Inet6, SocketType::Stream));
    plugin.system.sock_bind(listener, &at("[::1]:0")).unwrap();
    plugin.system.sock_listen(listener, 1).unwrap();
    plugin.system.sock_connect(&plugin.thread, client, &plugin.address(listener)).unwrap();
    let (server, peer) = plugin.system.sock_accept(&plugin.thread, listener, FdFlags::default()).unwrap();
    for address in [peer, plugin.address(client), plugin.address(server), plugin.address(listener)] {
        assert!(matches!(address, Address::Ip(SocketAddr::V6(v6)) if v6.scope_id() == 0 && v6.ip().is_loopback()));
    }
    assert_eq!(plugin.system.sock_connect(&plugin.thread, plugin.tcp(), &at("[::1]:80")), Err(Errno::Afnosupport));
}

#[test]
fn a_refused_connection_is_refused_in_both_ways() {
    let plugin = local();
    let nobody = nobody();
    assert_eq!(plugin.system.sock_connect(&plugin.thread, plugin.tcp(), &nobody), Err(Errno::Connrefused));
    let later = plugin.tcp();
    assert_eq!(plugin.system.sock_status(later), Ok(SocketStatus::Closed));
    plugin.set_nonblocking(later);
    assert_eq!(plugin.system.sock_connect(&plugin.thread, later, &nobody), Err(Errno::Inprogress));
    let subscription = Subscription { userdata: 3, awaited: Awaited::Write(later) };
    let events = plugin.system.poll_oneoff(&plugin.thread, &[subscription]).unwrap();
    assert!(events[0].userdata == 3 && events[0].hung_up && events[0].error.is_none());
    assert_eq!(plugin.system.sock_status(later), Ok(SocketStatus::Failed));
    let error = || plugin.system.sock_get_opt_size(later, SocketOption::LastError);
    assert_eq!(error(), Ok(Errno::Connrefused.number().into()));
    assert_eq!(error(), Ok(0));
}

#[test]
fn a_connection_can_be_made_without_waiting() {
    let plugin = local();
    let (listener, client) = (plugin.listener(), plugin.tcp());
    plugin.set_nonblocking(listener);
    let accept = || plugin.system.sock_accept(&plugin.thread, listener, FdFlags::NONBLOCK);
    assert_eq!(accept(), Err(Errno::Again));
    plugin.set_nonblocking(client);
    let outcome = plugin.system.sock_connect(&plugin.thread, client, &plugin.address(listener));
    assert!(matches!(outcome, Ok(()) | Err(Errno::Inprogress)));
    plugin
        .system
        .poll_oneoff(&plugin.thread, &[Subscription { userdata: 0, awaited: Awaited::Write(client) }])
        .unwrap();
    assert_eq!(plugin.system.sock_get_opt_size(client, SocketOption::LastError), Ok(0));
    assert_eq!(plugin.system.sock_status(client), Ok(SocketStatus::Opened));
    let (server, _) = accept().unwrap();
    // The flags that were there before and those that came with the call stay.
    assert_eq!(plugin.receive(client, 1, ReceiveFlags::default()), Err(Errno::Again));
    assert_eq!(plugin.receive(server, 1, ReceiveFlags::default()), Err(Errno::Again));
    assert!(plugin.system.fd_fdstat_get(client).unwrap().flags.contains(FdFlags::NONBLOCK));
}

#[test]
fn a_call_ends_when_its_time_is_up() {
    let plugin = local();
    let (client, _server) = plugin.connected();
    let time = Some(Duration::from_millis(5));
    plugin.system.sock_set_opt_time(client, SocketOption::RecvTimeout, time).unwrap();
    let start = Instant::now();
    assert_eq!(plugin.receive(client, 1, ReceiveFlags::default()), Err(Errno::Again));
    assert!(start.elapsed() >= Duration::from_millis(5));
    assert_eq!(plugin.system.sock_get_opt_time(client, SocketOption::RecvTimeout), Ok(time));
    assert_eq!(plugin.receive(client, 1, ReceiveFlags::DONT_WAIT), Err(Errno::Again));
    plugin.system.sock_set_opt_time(client, SocketOption::SendTimeout, time).unwrap();
    while plugin.send(client, &[0; 1 << 20]).is_ok() {}
    assert_eq!(plugin.send(client, &[0; 1 << 20]), Err(Errno::Again));
    let listener = plugin.listener();
    plugin.system.sock_set_opt_time(listener, SocketOption::AcceptTimeout, time).unwrap();
    let accepted = plugin.system.sock_accept(&plugin.thread, listener, FdFlags::default());
    assert_eq!(accepted, Err(Errno::Again));
}

#[test]
fn a_stop_ends_all_waits() {
    let plugin = local();
    let (client, _server) = plugin.connected();
    let (full, _other) = plugin.connected();
    let listener = plugin.listener();
    // A listener whose queue is full lets nobody in, and says nothing.
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&busy, 0).unwrap();
    let busy: Address = busy.local_addr().unwrap().into();
    scope(|scope| {
        let (system, plugin) = (&plugin.system, &plugin);
        let receiving =
            scope.spawn(|| receive(plugin, &plugin.thread(), client, 1, ReceiveFlags::default()).map(|_| ()));
        let accepting = scope.spawn(|| {
            let thread = plugin.thread();
            system.sock_accept(&thread, listener, FdFlags::default()).map(|_| ())
        });
        let sending = scope.spawn(|| {
            let (thread, mut bytes) = (plugin.thread(), vec![0; 1 << 20]);
            while system.sock_send(&thread, full, &[part(&mut bytes)], None, false).is_ok() {}
            system.sock_send(&thread, full, &[part(&mut bytes)], None, false).map(|_| ())
        });
        let connecting: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let outcome = system.sock_connect(&plugin.thread(), plugin.tcp(), &busy);
                    assert!(matches!(outcome, Ok(()) | Err(Errno::Canceled)), "{outcome:?}");
                })
            })
            .collect();
        system.halt().stop();
        for waiting in [receiving, accepting, sending] {
            assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
        }
        connecting.into_iter().for_each(|connecting| connecting.join().unwrap());
    });
}
