//! Waiting for many descriptors.

use super::{look, new_event, new_pair, new_pipe, receive, send};
use crate::told::Told;
use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;

/// What is ready before something comes, and after it.
pub fn readiness(_folder: &Path) -> io::Result<String> {
    let [reader, writer] = new_pipe()?;
    let [one, other] = new_pair()?;
    let event = new_event(0, 0)?;
    let datagrams = UdpSocket::bind("127.0.0.1:0")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let all = [reader.as_fd(), writer.as_fd(), one.as_fd(), event.as_fd(), datagrams.as_fd(), listener.as_fd()];
    let mut told = Told::new();
    told.line("at first", look(&all, 0));
    told.line("a while", look(&[], 20));
    send(&writer, b"x")?;
    send(&other, b"x")?;
    send(&event, &1_u64.to_ne_bytes())?;
    datagrams.send_to(b"x", datagrams.local_addr()?)?;
    let _client = TcpStream::connect(listener.local_addr()?)?;
    // What the interface delivers may take a while.
    all.iter().try_for_each(|fd| look(&[*fd], -1).map(drop))?;
    told.line("then", look(&all[..4], 0));
    receive(&reader, 1)?;
    told.line("taken", look(&all[..1], 0));
    let sending = thread::spawn(move || send(&writer, b"y").map(|_| writer));
    told.line("waited for", look(&[reader.as_fd()], -1));
    sending.join().expect("a thread doesn't panic")?;
    told.end()
}

/// The other end is gone.
pub fn hang_ups(_folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let [reader, writer] = new_pipe()?;
    send(&writer, b"x")?;
    drop(writer);
    told.line("with something to read", look(&[reader.as_fd()], -1));
    receive(&reader, 1)?;
    told.line("without", look(&[reader.as_fd()], -1));
    let [one, other] = new_pair()?;
    drop(other);
    told.line("a pair", look(&[one.as_fd()], -1));
    let [reader, writer] = new_pipe()?;
    drop(reader);
    told.line("nobody reads", look(&[writer.as_fd()], -1));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let server = listener.accept()?.0;
    told.line("connected", look(&[client.as_fd(), server.as_fd()], -1));
    server.shutdown(Shutdown::Write)?;
    wait_for_end(&client)?;
    told.line("half closed", look(&[client.as_fd(), server.as_fd()], -1));
    client.shutdown(Shutdown::Write)?;
    wait_for_end(&server)?;
    told.line("closed", look(&[client.as_fd(), server.as_fd()], -1));
    told.end()
}

/// What the interface delivers may take a while.
fn wait_for_end(mut stream: &TcpStream) -> io::Result<()> {
    stream.read(&mut [0]).map(drop)
}
