//! Datagrams: whose are heard of, and who is answered.

use super::*;
use crate::{Awaited, SocketOption, Subscription};
use std::net::Ipv4Addr;
use std::thread::scope;
use std::time::Duration;

fn readable(plugin: &Plugin, fd: u32) -> usize {
    let clock = Awaited::Clock { clock: 1, timeout: 0, is_absolute: false };
    let subscriptions = [clock, Awaited::Read(fd)].map(|awaited| Subscription { userdata: 0, awaited });
    plugin.system.poll_oneoff(&plugin.thread, &subscriptions).unwrap().len() - 1
}

#[test]
fn datagrams_are_whole_or_said_to_be_cut() {
    let plugin = local();
    let (one, other) = (plugin.udp(), plugin.udp());
    assert_eq!(plugin.send_to(one, b"", &plugin.address(other)), Ok(0));
    assert_eq!(plugin.receive_from(other), Ok((Vec::new(), Some(plugin.address(one)))));
    for _ in 0..3 {
        assert_eq!(plugin.send_to(one, b"datagram", &plugin.address(other)), Ok(8));
    }
    let mut room = [0; 4];
    let receive = |room: &mut [u8], flags| plugin.system.sock_recv(&plugin.thread, other, &[part(room)], flags);
    let (received, _) = receive(&mut room, ReceiveFlags::PEEK).unwrap();
    assert!(received.len == 4 && received.is_truncated);
    let (received, _) = receive(&mut room, ReceiveFlags::DATA_TRUNCATED).unwrap();
    assert!(received.len == 8 && received.is_truncated && room == *b"data");
    assert_eq!(plugin.receive(other, 8, ReceiveFlags::default()).unwrap(), b"datagram");
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default().with(ReceiveFlags::WAIT_ALL)).unwrap(), b"datagram");
    assert_eq!(plugin.send_to(one, &vec![0; 65_508], &plugin.address(other)), Err(Errno::Msgsize));
    assert_eq!(plugin.send(one, b"x"), Err(Errno::Destaddrreq));
    plugin.set_nonblocking(other);
    assert_eq!(plugin.receive_from(other), Err(Errno::Again));
}

#[test]
fn a_connected_socket_hears_of_its_peer_and_of_refusals() {
    let plugin = local();
    let (one, other, third) = (plugin.udp(), plugin.udp(), plugin.udp());
    plugin.system.sock_connect(&plugin.thread, one, &plugin.address(other)).unwrap();
    assert_eq!(plugin.system.sock_addr_peer(one).unwrap(), plugin.address(other));
    plugin.send_to(third, b"third", &plugin.address(one)).unwrap();
    plugin.send_to(other, b"peer", &plugin.address(one)).unwrap();
    assert_eq!(plugin.receive(one, 100, ReceiveFlags::default()).unwrap(), b"peer");
    plugin.send(one, b"to the peer").unwrap();
    assert_eq!(plugin.receive(other, 100, ReceiveFlags::default()).unwrap(), b"to the peer");
    plugin.system.sock_connect(&plugin.thread, one, &plugin.address(third)).unwrap();
    plugin.send(one, b"to the third").unwrap();
    assert_eq!(plugin.receive(third, 100, ReceiveFlags::default()).unwrap(), b"to the third");
    plugin.system.fd_close(third).unwrap();
    plugin.send(one, b"to nobody").unwrap();
    assert_eq!(plugin.receive(one, 100, ReceiveFlags::default()), Err(Errno::Connrefused));
    plugin.system.sock_disconnect(one).unwrap();
    assert_eq!(plugin.system.sock_addr_peer(one), Err(Errno::Notconn));
}

#[test]
fn nobody_is_heard_of_but_those_that_may_be_sent_to() {
    let (friend, address) = stranger();
    let (enemy, _) = stranger();
    let plugin = with(|network| network.connect_udp(&address.to_string()));
    let socket = plugin.udp();
    let Address::Ip(own) = plugin.address(socket) else { panic!("no port") };
    enemy.send_to(b"secret", own).unwrap();
    assert_eq!(readable(&plugin, socket), 0);
    enemy.send_to(b"secret", own).unwrap();
    enemy.send_to(b"secret", own).unwrap();
    friend.send_to(b"friend", own).unwrap();
    assert_eq!(readable(&plugin, socket), 1);
    let mut room = *b"..........";
    let (received, from) =
        plugin.system.sock_recv(&plugin.thread, socket, &[part(&mut room)], ReceiveFlags::default()).unwrap();
    assert_eq!((received.len, from), (6, Some(address.into())));
    assert_eq!(&room, b"friend....");
    plugin.set_nonblocking(socket);
    enemy.send_to(b"secret", own).unwrap();
    assert_eq!(plugin.receive_from(socket), Err(Errno::Again));
    assert!(plugin.reported.take().is_empty());
    // An error that is found while strangers are looked for is told later.
    plugin.system.sock_connect(&plugin.thread, socket, &address.into()).unwrap();
    drop(friend);
    plugin.send(socket, b"x").unwrap();
    assert_eq!(readable(&plugin, socket), 1);
    assert_eq!(plugin.receive_from(socket), Err(Errno::Connrefused));
}

#[test]
fn a_listening_socket_answers_whoever_sent_something() {
    let (client, address) = stranger();
    let (_other, other) = stranger();
    let plugin = with(|network| network.listen_udp("127.0.0.1:0"));
    let socket = plugin.udp();
    let Address::Ip(own) = plugin.address(socket) else { panic!("no port") };
    assert_eq!(plugin.send_to(socket, b"first", &address.into()), Err(Errno::Perm));
    client.send_to(b"question", own).unwrap();
    assert_eq!(plugin.receive_from(socket).unwrap(), (b"question".to_vec(), Some(address.into())));
    assert_eq!(plugin.send_to(socket, b"answer", &address.into()), Ok(6));
    assert_eq!(plugin.send_to(socket, b"answer", &other.into()), Err(Errno::Perm));
    let denied = [address, other].map(|address| format!("send datagrams to {address}"));
    assert_eq!(plugin.reported.take(), denied);
    // Some of them at most: the first is forgotten.
    for _ in 0..300 {
        let (client, _) = stranger();
        client.send_to(b"x", own).unwrap();
        plugin.receive_from(socket).unwrap();
    }
    assert_eq!(plugin.send_to(socket, b"answer", &address.into()), Err(Errno::Perm));
}

#[test]
fn connecting_sends_nothing_and_is_no_denial() {
    let plugin = with(|network| network.connect_udp("127.0.0.1:9"));
    let socket = plugin.open(Family::Inet4, SocketType::Datagram);
    for denied in ["192.0.2.1:65535", "127.0.0.1:65535"] {
        assert_eq!(plugin.system.sock_connect(&plugin.thread, socket, &at(denied)), Ok(()));
        assert!(plugin.reported.take().is_empty());
        assert_eq!(plugin.system.sock_addr_peer(socket), Ok(at(denied)));
        assert_eq!(plugin.send(socket, b"x"), Err(Errno::Perm));
        assert_eq!(plugin.reported.take(), [format!("send datagrams to {denied}")]);
    }
}

#[test]
fn times_hold_for_datagrams_as_well_and_a_stop_ends_the_wait() {
    let plugin = local();
    let socket = plugin.udp();
    plugin.system.sock_set_opt_time(socket, SocketOption::RecvTimeout, Some(Duration::from_millis(3))).unwrap();
    assert_eq!(plugin.receive_from(socket), Err(Errno::Again));
    plugin.system.sock_set_opt_time(socket, SocketOption::RecvTimeout, None).unwrap();
    scope(|scope| {
        let waiting = scope.spawn(|| receive(&plugin, &plugin.thread(), socket, 1, ReceiveFlags::default()));
        plugin.system.halt().stop();
        assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
    });
}

#[test]
fn a_group_is_joined_where_a_rule_names_it() {
    let plugin = with(|network| network.listen_udp("239.1.2.3:*")?.listen_udp("127.0.0.1:*"));
    let socket = plugin.udp();
    let (group, own) = (Ipv4Addr::new(239, 1, 2, 3), Ipv4Addr::LOCALHOST);
    assert_eq!(plugin.system.sock_join_multicast_v4(socket, group, own), Ok(()));
    assert_eq!(plugin.system.sock_leave_multicast_v4(socket, group, own), Ok(()));
    assert_eq!(plugin.system.sock_leave_multicast_v4(socket, group, own), Err(Errno::Addrnotavail));
    let other = Ipv4Addr::new(239, 1, 2, 4);
    assert_eq!(plugin.system.sock_join_multicast_v4(socket, other, own), Err(Errno::Perm));
    let v6 = plugin.open(Family::Inet6, SocketType::Datagram);
    assert_eq!(plugin.system.sock_join_multicast_v6(v6, "ff02::1".parse().unwrap(), 1), Err(Errno::Perm));
    let port = plugin.port(socket);
    assert_eq!(
        plugin.reported.take(),
        [format!("join the group 239.1.2.4:{port}"), "join the group [ff02::1]:0".into()]
    );
    assert_eq!(plugin.system.sock_join_multicast_v4(plugin.tcp(), group, own), Err(Errno::Inval));
}
