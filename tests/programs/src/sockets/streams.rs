//! TCP.

use crate::told::Told;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

pub(super) fn pair(at: &str) -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(at)?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    Ok((client, listener.accept()?.0))
}

/// Addresses have no scope, and both ends agree on them.
pub fn on_ipv6(_folder: &Path) -> io::Result<String> {
    let listener = TcpListener::bind("[::1]:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, peer) = listener.accept()?;
    let more = |address| match address {
        SocketAddr::V6(address) => (*address.ip(), address.flowinfo(), address.scope_id()),
        SocketAddr::V4(address) => (address.ip().to_ipv6_mapped(), 4, 4),
    };
    let mut told = Told::new();
    for address in [client.local_addr()?, client.peer_addr()?, server.local_addr()?, server.peer_addr()?, peer] {
        told.say("an address", more(address));
    }
    told.say("agreed", (client.local_addr()? == peer, server.local_addr()? == listener.local_addr()?));
    told.end()
}

/// Without a client, and with one. What is accepted waits again.
pub fn accepting(_folder: &Path) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let mut told = Told::new();
    told.line("nobody", listener.accept().map(drop));
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let mut server = loop {
        match listener.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            accepted => break accepted?.0,
        }
    };
    let waiting = thread::spawn(move || server.read(&mut [0; 4]));
    client.write_all(b"abc")?;
    told.line("it waits", waiting.join().expect("a thread doesn't panic"));
    client.set_nonblocking(true)?;
    told.line("nothing", client.read(&mut [0; 4]).map_err(|error| error.kind()).map_err(io::Error::from));

    listener.set_nonblocking(false)?;
    let other = listener.try_clone()?;
    let at = listener.local_addr()?;
    let threads = [listener, other].map(|listener| thread::spawn(move || listener.accept()?.0.write_all(b"x")));
    for _ in 0..2 {
        let mut answer = String::new();
        told.line("a clone's", TcpStream::connect(at)?.read_to_string(&mut answer));
    }
    threads.into_iter().try_for_each(|thread| thread.join().expect("a thread doesn't panic"))?;
    told.end()
}

/// One side has said all, the other goes on.
pub fn half_closed(_folder: &Path) -> io::Result<String> {
    let (mut client, mut server) = pair("127.0.0.1:0")?;
    client.write_all(b"question")?;
    let mut told = Told::new();
    told.line("said", client.shutdown(Shutdown::Write));
    told.line("more", client.write(b"more"));
    let mut heard = String::new();
    server.read_to_string(&mut heard)?;
    told.say("heard", &heard);
    server.write_all(b"answer")?;
    drop(server);
    heard.clear();
    client.read_to_string(&mut heard)?;
    told.say("heard", &heard);
    told.line("the end", client.read(&mut [0; 4]));
    let (client, mut server) = pair("127.0.0.1:0")?;
    told.line("both", client.shutdown(Shutdown::Both));
    told.line("the other side", server.read(&mut [0; 4]));
    told.end()
}

/// What is looked at stays.
pub fn peeking(_folder: &Path) -> io::Result<String> {
    let (mut client, server) = pair("127.0.0.1:0")?;
    let mut buffer = [0; 8];
    (&server).write_all(b"12345")?;
    let mut told = Told::new();
    told.line("looked", client.peek(&mut buffer[..3]));
    told.line("again", client.peek(&mut buffer));
    client.read_exact(&mut buffer[..5])?;
    told.say("read", &buffer[..5]);
    drop(server);
    told.line("the end", client.peek(&mut buffer));
    told.end()
}

/// Many buffers at once.
pub fn parts(_folder: &Path) -> io::Result<String> {
    let (mut client, mut server) = pair("127.0.0.1:0")?;
    let mut told = Told::new();
    told.line(
        "written",
        client.write_vectored(&["one ", "", "two ", "three"].map(|part| IoSlice::new(part.as_bytes()))),
    );
    let (mut first, mut second) = ([0; 4], [0; 20]);
    let mut into = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    told.line("read", server.read_vectored(&mut into));
    told.say("parts", (first, second));
    told.end()
}

/// Both sides write more than there is room for while both read.
pub fn both_ways(_folder: &Path) -> io::Result<String> {
    const BYTES: usize = 3_000_000;
    let (client, server) = pair("127.0.0.1:0")?;
    let read = |mut stream: &TcpStream| io::copy(&mut stream, &mut io::sink());
    let write = |mut stream: &TcpStream| {
        stream.write_all(&vec![7; BYTES])?;
        stream.shutdown(Shutdown::Write)
    };
    let mut told = Told::new();
    thread::scope(|scope| {
        let readers = [&client, &server].map(|stream| scope.spawn(move || read(stream)));
        let writers = [&client, &server].map(|stream| scope.spawn(move || write(stream)));
        writers.into_iter().for_each(|thread| told.line("written", thread.join().expect("no panic")));
        readers.into_iter().for_each(|thread| told.line("read", thread.join().expect("no panic")));
    });
    told.end()
}
