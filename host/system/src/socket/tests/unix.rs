//! Unix sockets, and pairs.

use super::*;
use std::net::Shutdown;
use std::path::Path;
use std::thread::scope;

#[test]
fn a_unix_socket_is_reached_where_a_rule_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.sock"), folder.path().join("b.sock"));
    let plugin = with(|network| network.connect_unix(&path)?.listen_unix(&path));
    let (system, thread) = (&plugin.system, &plugin.thread);
    let (listener, client) =
        (plugin.open(Family::Unix, SocketType::Stream), plugin.open(Family::Unix, SocketType::Stream));
    let address = |path: &Path| Address::Unix(path.to_owned());
    assert_eq!(system.sock_bind(listener, &address(&other)), Err(Errno::Perm));
    assert_eq!(system.sock_connect(thread, client, &address(&other)), Err(Errno::Perm));
    let denied = ["listen on", "connect to"].map(|what| format!("{what} {}", other.display()));
    assert_eq!(plugin.reported.take(), denied);
    assert_eq!(system.sock_connect(thread, client, &address(&path)), Err(Errno::Noent));
    system.sock_bind(listener, &address(&path)).unwrap();
    system.sock_listen(listener, 1).unwrap();
    system.sock_connect(thread, client, &address(&path)).unwrap();
    let (server, _) = system.sock_accept(thread, listener, FdFlags::default()).unwrap();
    assert_eq!(system.sock_addr_peer(client).unwrap(), address(&path));
    assert_eq!(plugin.address(client), Address::Unix(Default::default()));
    plugin.send(client, b"hello").unwrap();
    assert_eq!(plugin.receive(server, 9, ReceiveFlags::default()).unwrap(), b"hello");
    // The queue is full with the second; nothing says when it isn't any more, but the stop ends that wait as well.
    scope(|scope| {
        let connecting: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    system.sock_connect(
                        &plugin.thread(),
                        plugin.open(Family::Unix, SocketType::Stream),
                        &address(&path),
                    )
                })
            })
            .collect();
        system.halt().stop();
        for connecting in connecting {
            assert!(matches!(connecting.join().unwrap(), Ok(()) | Err(Errno::Canceled)));
        }
    });
}

#[test]
fn a_pair_is_connected_and_reaches_nobody_else() {
    let plugin = with(Ok);
    let [one, other] = plugin.system.sock_pair(SocketType::Stream, FdFlags::default()).unwrap();
    plugin.send(one, b"hello").unwrap();
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default()).unwrap(), b"hello");
    plugin.system.sock_shutdown(one, Shutdown::Write).unwrap();
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default()).unwrap(), b"");
    let [one, other] = plugin.system.sock_pair(SocketType::Datagram, FdFlags::NONBLOCK).unwrap();
    plugin.send(one, b"a").unwrap();
    plugin.send(one, b"b").unwrap();
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default()).unwrap(), b"a");
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default()).unwrap(), b"b");
    assert_eq!(plugin.receive(other, 9, ReceiveFlags::default()), Err(Errno::Again));
    assert_eq!(plugin.send_to(one, b"c", &Address::Unix("/run/a.sock".into())), Err(Errno::Perm));
    assert_eq!(plugin.send_to(one, b"c", &at("127.0.0.1:9")), Err(Errno::Afnosupport));
}
