//! Waiting for many descriptors.

use super::{look, new_event, new_pair, new_pipe, receive, send};
use crate::told::Told;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
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

/// The other end is gone. Whether there is something to read is not told alike: WASI tells of the end as an event of
/// reading.
pub fn hang_ups(_folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let [reader, writer] = new_pipe()?;
    send(&writer, b"x")?;
    drop(writer);
    let is_hung_up = |fd| look(&[fd], -1).map(|(ready, seen)| (ready, seen[0][2]));
    told.line("with something to read", is_hung_up(reader.as_fd()));
    receive(&reader, 1)?;
    told.line("without", is_hung_up(reader.as_fd()));
    let [one, other] = new_pair()?;
    drop(other);
    told.line("a pair", is_hung_up(one.as_fd()));
    told.end()
}
