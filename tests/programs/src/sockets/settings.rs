//! What streams and listeners can be told.

use super::streams::pair;
use crate::foreign::settings::{Setting, linger, set_linger};
use crate::told::Told;
use std::io::{self, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::time::Duration;

/// What a new stream has, and what it has when that was changed.
pub fn options(_folder: &Path) -> io::Result<String> {
    let (client, server) = pair("127.0.0.1:0")?;
    let mut told = Told::new();
    for stream in [&client, &server] {
        told.line("delay", stream.nodelay());
        for delays in [true, false] {
            told.line("changed", stream.set_nodelay(delays));
            told.line("delay", stream.nodelay());
        }
        told.line("ttl", stream.ttl());
        told.line("changed", stream.set_ttl(55));
        told.line("ttl", stream.ttl());
        told.line("error", stream.take_error());
        told.line("timeouts", Ok((stream.read_timeout()?, stream.write_timeout()?)));
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    told.line("a listener's", listener.set_ttl(44).and_then(|()| listener.ttl()));
    told.line("a listener's error", listener.take_error());
    told.end()
}

/// What `std` has no functions for, on a stream and on a socket for datagrams.
pub fn foreign(_folder: &Path) -> io::Result<String> {
    let ((stream, _server), datagrams) = (pair("127.0.0.1:0")?, UdpSocket::bind("[::1]:0")?);
    let mut told = Told::new();
    for (name, setting, values) in [
        ("kept alive", Setting::KEEP_ALIVE, [1, 0]),
        ("idle", Setting::KEEP_IDLE, [77, 0]),
        ("interval", Setting::KEEP_INTERVAL, [7, -1]),
        ("count", Setting::KEEP_COUNT, [3, 1_000]),
        ("user's timeout", Setting::USER_TIMEOUT, [1_500, 0]),
        ("type of service", Setting::TYPE_OF_SERVICE, [0x10, 8]),
        ("kind", Setting::KIND, [1, 2]),
        ("nothing", Setting::NOTHING, [0, 1]),
    ] {
        told.line(name, setting.get(&stream));
        for value in values {
            told.line("changed", setting.set(&stream, value));
            told.line(name, setting.get(&stream));
        }
    }
    for (name, setting) in [("hops", Setting::HOPS), ("multicast hops", Setting::MULTICAST_HOPS)] {
        told.line(name, setting.get(&datagrams));
        told.line("changed", setting.set(&datagrams, 9));
        told.line(name, setting.get(&datagrams));
        told.line("too large", setting.set(&datagrams, 1_000));
    }
    told.end()
}

/// Timeouts that pass, that are none, and that nobody can mean.
pub fn timeouts(_folder: &Path) -> io::Result<String> {
    let (mut client, mut server) = pair("127.0.0.1:0")?;
    let mut told = Told::new();
    told.line("set", client.set_read_timeout(Some(Duration::from_millis(40))));
    told.line("has", client.read_timeout());
    told.line("read", client.read(&mut [0; 4]));
    server.write_all(b"now")?;
    told.line("read", client.read(&mut [0; 4]));
    told.line("no time", client.set_read_timeout(Some(Duration::ZERO)));
    told.line("none", client.set_read_timeout(None));
    told.line("has", client.read_timeout());
    told.line("writing", client.set_write_timeout(Some(Duration::from_millis(40))));
    let block = vec![0; 1 << 20];
    let full = loop {
        if let Err(error) = client.write(&block) {
            break error.kind();
        }
    };
    told.say("nobody reads", full);
    told.end()
}

/// A connection that is cut off tells the other side.
pub fn lingering(_folder: &Path) -> io::Result<String> {
    let (client, mut server) = pair("127.0.0.1:0")?;
    let mut told = Told::new();
    told.line("at first", linger(&client));
    told.line("set", set_linger(&client, Some(7)));
    told.line("has", linger(&client));
    told.line("no more", set_linger(&client, None));
    told.line("has", linger(&client));
    told.line("at once", set_linger(&client, Some(0)));
    drop(client);
    told.line("the other side", server.read(&mut [0; 4]));
    told.end()
}
