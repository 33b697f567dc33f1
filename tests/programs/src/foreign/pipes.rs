//! Pipes.

use super::{
    DATAGRAMS, NUMBERS, STREAM, checked, new_pipe, pipe2, receive, send, set_nonblocking, socket, socketpair, two,
};
use crate::told::Told;
use std::io::{self, Read, Write};
use std::net::UdpSocket;
use std::os::fd::FromRawFd;
use std::path::Path;
use std::thread;

/// What one end sees when the other is closed.
pub fn ends(_folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let [reader, writer] = new_pipe()?;
    told.line("written", send(&writer, b"12345"));
    told.line("some of it", receive(&reader, 2));
    told.line("the rest", receive(&reader, 20));
    told.line("read from the writer", receive(&writer, 1));
    told.line("written to the reader", send(&reader, b"x"));
    send(&writer, b"last")?;
    drop(writer);
    told.line("the last", receive(&reader, 20));
    told.line("the end", receive(&reader, 20));
    let [reader, writer] = new_pipe()?;
    drop(reader);
    told.line("nobody reads", send(&writer, b"x"));
    told.end()
}

/// Nobody waits for what was made that way.
pub fn nonblocking_ones(_folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let pipes = two(|ends| {
        // SAFETY: there is room for two descriptors.
        unsafe { pipe2(ends, NUMBERS.nonblocking) }
    })?;
    let pair = two(|ends| {
        // SAFETY: as above.
        unsafe { socketpair(NUMBERS.unix, STREAM | NUMBERS.nonblocking_socket, 0, ends) }
    })?;
    for [one, other] in [pipes, pair] {
        told.line("nothing", receive(&one, 1));
        told.line("written", send(&other, b"x"));
        told.line("received", receive(&one, 9));
    }
    // SAFETY: the function takes numbers only, and the descriptor is new.
    let socket = unsafe {
        checked(socket(NUMBERS.inet, DATAGRAMS | NUMBERS.nonblocking_socket, 0)).map(|fd| UdpSocket::from_raw_fd(fd))
    }?;
    told.line("nothing", socket.recv(&mut [0]));
    told.end()
}

/// Pipes of `std`.
pub fn of_std(_folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let (mut reader, mut writer) = io::pipe()?;
    told.line("written", writer.write(b"12345"));
    let other = writer.try_clone()?;
    drop(writer);
    let mut buffer = [0; 3];
    told.line("some of it", reader.read_exact(&mut buffer).map(|()| buffer));
    let reading = thread::spawn(move || io::read_to_string(reader));
    told.line("by the clone", (&other).write_all(b"678"));
    drop(other);
    told.line("the rest", reading.join().expect("a thread doesn't panic"));
    let (reader, mut writer) = io::pipe()?;
    drop(reader);
    told.line("nobody reads", writer.write(b"x"));
    told.end()
}

/// A reader that waits, and a writer that has more than there is room for.
pub fn threads(_folder: &Path) -> io::Result<String> {
    const BYTES: usize = 1_000_000;
    let [reader, writer] = new_pipe()?;
    let reading = thread::spawn(move || {
        let mut sum = 0;
        loop {
            match receive(&reader, 10_000)?.len() {
                0 => return io::Result::Ok(sum),
                len => sum += len,
            }
        }
    });
    let bytes = vec![7; BYTES];
    let mut sent = 0;
    while sent < BYTES {
        sent += send(&writer, &bytes[sent..])?;
    }
    drop(writer);
    let mut told = Told::new();
    told.line("read", reading.join().expect("a thread doesn't panic"));
    told.end()
}

/// Ends that don't wait, and then do.
pub fn nonblocking(_folder: &Path) -> io::Result<String> {
    let [reader, writer] = new_pipe()?;
    let mut told = Told::new();
    told.line("set", set_nonblocking(&reader, true).and(set_nonblocking(&writer, true)));
    told.line("nothing", receive(&reader, 1));
    let full = loop {
        if let Err(error) = send(&writer, &[7; 4_096]) {
            break error.kind();
        }
    };
    told.say("full", full);
    set_nonblocking(&reader, false)?;
    let mut rest = 1;
    drop(writer);
    while rest > 0 {
        rest = receive(&reader, 1 << 16)?.len();
    }
    told.say("the end", rest);
    told.end()
}
