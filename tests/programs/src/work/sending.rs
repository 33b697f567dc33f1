//! TCP on loopback.

use super::timed;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

const MESSAGE: usize = 64;
const PIECE: usize = 64 << 10;

/// A connection, and its other end on a thread.
fn connected(
    other: impl FnOnce(TcpStream) -> io::Result<()> + Send + 'static,
) -> io::Result<(TcpStream, thread::JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let (accepted, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    accepted.set_nodelay(true)?;
    Ok((stream, thread::spawn(move || other(accepted))))
}

/// 64 bytes to another thread and back.
pub(super) fn there_and_back(_: &Path, count: u32) -> io::Result<Duration> {
    let (mut stream, other) = connected(|mut stream| {
        let mut message = [0; MESSAGE];
        while stream.read_exact(&mut message).is_ok() {
            stream.write_all(&message)?;
        }
        Ok(())
    })?;
    let mut message = [7; MESSAGE];
    let time = timed(count, || {
        stream.write_all(&message)?;
        stream.read_exact(&mut message)
    });
    drop(stream);
    other.join().expect("nothing panics")?;
    time
}

/// Pieces of 64 KiB to another thread.
pub(super) fn one_way(_: &Path, count: u32) -> io::Result<Duration> {
    let (mut stream, other) = connected(|mut stream| {
        let mut piece = vec![0; PIECE];
        while stream.read(&mut piece)? > 0 {}
        Ok(())
    })?;
    let piece = vec![7; PIECE];
    let time = timed(count, || stream.write_all(&piece));
    drop(stream);
    other.join().expect("nothing panics")?;
    time
}
