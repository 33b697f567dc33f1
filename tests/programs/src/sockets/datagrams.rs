//! UDP.

use crate::told::Told;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::Duration;

fn bind() -> io::Result<UdpSocket> {
    UdpSocket::bind("127.0.0.1:0")
}

/// Of reading and writing: a time that passes, none, and no time.
pub fn timeouts(_folder: &Path) -> io::Result<String> {
    let socket = bind()?;
    let mut told = Told::new();
    told.line("has", socket.read_timeout());
    told.line("set", socket.set_read_timeout(Some(Duration::from_millis(40))));
    told.line("has", socket.read_timeout());
    told.line("received", socket.recv_from(&mut [0; 4]).map(drop));
    told.line("no time", socket.set_read_timeout(Some(Duration::ZERO)));
    told.line("writing", socket.set_write_timeout(Some(Duration::from_millis(40))));
    told.line("has", socket.write_timeout());
    told.line("none", socket.set_read_timeout(None));
    told.line("has", socket.read_timeout());
    socket.send_to(b"me", socket.local_addr()?)?;
    told.line("received", socket.recv_from(&mut [0; 4]).map(|(len, _)| len));
    told.end()
}

/// What a new socket has, and what it has when that was changed.
pub fn options(_folder: &Path) -> io::Result<String> {
    let socket = bind()?;
    let mut told = Told::new();
    told.line("ttl", socket.ttl());
    told.line("changed", socket.set_ttl(9));
    told.line("ttl", socket.ttl());
    told.line("too large", socket.set_ttl(1_000));
    told.line("multicast ttl", socket.multicast_ttl_v4());
    told.line("changed", socket.set_multicast_ttl_v4(9));
    told.line("multicast ttl", socket.multicast_ttl_v4());
    told.line("too large", socket.set_multicast_ttl_v4(1_000));
    for on in [false, true] {
        told.line("loop", socket.set_multicast_loop_v4(on));
        told.line("loops", socket.multicast_loop_v4());
        told.line("broadcast", socket.set_broadcast(on));
        told.line("broadcasts", socket.broadcast());
    }
    let other = UdpSocket::bind("[::1]:0")?;
    for on in [false, true] {
        told.line("loop", other.set_multicast_loop_v6(on));
        told.line("loops", other.multicast_loop_v6());
    }
    told.line("error", socket.take_error());
    told.line("peer", socket.peer_addr().map(drop));
    told.end()
}

/// Groups that a socket hears of: joined twice, and left twice.
pub fn groups(_folder: &Path) -> io::Result<String> {
    let (group, loopback) = (Ipv4Addr::new(239, 77, 7, 7), Ipv4Addr::LOCALHOST);
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let mut told = Told::new();
    for _ in 0..2 {
        told.line("joined", socket.join_multicast_v4(&group, &loopback));
    }
    for _ in 0..2 {
        told.line("left", socket.leave_multicast_v4(&group, &loopback));
    }
    told.line("no group", socket.join_multicast_v4(&loopback, &loopback));
    told.line("of the other family", socket.join_multicast_v6(&Ipv6Addr::LOCALHOST, 0));
    told.end()
}

/// A connected socket hears one peer only, and may have another one later.
pub fn connected(_folder: &Path) -> io::Result<String> {
    let (friend, stranger, socket) = (bind()?, bind()?, bind()?);
    socket.connect(friend.local_addr()?)?;
    stranger.send_to(b"stranger", socket.local_addr()?)?;
    friend.send_to(b"friend", socket.local_addr()?)?;
    let mut buffer = [0; 20];
    let mut told = Told::new();
    let len = socket.recv(&mut buffer)?;
    told.say("heard", &buffer[..len]);
    told.line("sent", socket.send(b"answer"));
    told.line(
        "received",
        friend.recv_from(&mut buffer).and_then(|(len, from)| Ok((len, from == socket.local_addr()?))),
    );
    told.line("peer", socket.peer_addr().and_then(|peer| Ok(peer == friend.local_addr()?)));
    socket.connect(stranger.local_addr()?)?;
    told.line("to another", socket.send(b"another"));
    told.line("received", stranger.recv(&mut buffer));
    told.end()
}

/// Nobody is there: the system tells so with the next call.
pub fn unreachable(_folder: &Path) -> io::Result<String> {
    let socket = bind()?;
    let nobody = bind()?.local_addr()?;
    socket.connect(nobody)?;
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut told = Told::new();
    told.line("sent", socket.send(b"x"));
    told.line("received", socket.recv(&mut [0; 4]));
    told.line("sent", socket.send(b"x"));
    let error = || socket.take_error().map(|error| error.map(|error| error.kind()));
    told.line("the error", error());
    told.line("once", error());
    told.end()
}

/// A socket that doesn't wait, and then does.
pub fn nonblocking(_folder: &Path) -> io::Result<String> {
    let socket = bind()?;
    socket.set_nonblocking(true)?;
    let mut told = Told::new();
    told.line("nothing", socket.recv_from(&mut [0; 4]).map(drop));
    socket.send_to(b"myself", socket.local_addr()?)?;
    socket.set_nonblocking(false)?;
    told.line("received", socket.recv_from(&mut [0; 9]).map(|(len, _)| len));
    let (other, at) = (socket.try_clone()?, socket.local_addr()?);
    let waiting = thread::spawn(move || other.recv(&mut [0; 4]));
    socket.send_to(b"me", at)?;
    told.line("on a thread", waiting.join().expect("a thread doesn't panic"));
    told.end()
}

/// Datagrams of each size.
pub fn empty_and_large(_folder: &Path) -> io::Result<String> {
    let (from, to) = (bind()?, bind()?);
    let at = to.local_addr()?;
    let mut buffer = vec![0; 70_000];
    let mut told = Told::new();
    told.line("empty", from.send_to(b"", at));
    told.line("received", to.recv(&mut buffer));
    told.line("the largest", from.send_to(&vec![7; 65_507], at));
    told.line("received", to.recv(&mut buffer));
    told.say("intact", buffer[..65_507].iter().all(|byte| *byte == 7));
    told.say("too large", from.send_to(&vec![7; 65_508], at).is_err());
    from.send_to(b"cut off", at)?;
    told.line("received", to.recv(&mut buffer[..3]));
    from.send_to(b"next", at)?;
    told.line("received", to.recv(&mut buffer));
    told.end()
}

/// What is looked at stays.
pub fn peeking(_folder: &Path) -> io::Result<String> {
    let socket = bind()?;
    let at = socket.local_addr()?;
    socket.send_to(b"12345", at)?;
    let mut told = Told::new();
    told.line("looked", socket.peek_from(&mut [0; 3]).map(|(len, from)| (len, from == at)));
    told.line("again", socket.peek(&mut [0; 9]));
    told.line("received", socket.recv(&mut [0; 9]));
    told.end()
}
