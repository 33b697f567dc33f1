//! Threads that wait for a socket, for longer than anybody has time.

use crate::text;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;

/// Waits again and again, whatever the outcome.
fn forever(mut wait: impl FnMut() + Send + 'static) {
    thread::spawn(move || {
        loop {
            wait();
        }
    });
}

plugix_guest::export! {
    /// Waits for a client, on two threads.
    fn block_accept(at: &[u8]) -> () {
        let listener = TcpListener::bind(text(at)).unwrap();
        let other = listener.try_clone().unwrap();
        forever(move || drop(listener.accept()));
        forever(move || drop(other.accept()));
    }

    /// Waits for bytes from somebody who sends none.
    fn block_read(to: &[u8]) -> () {
        let mut stream = TcpStream::connect(text(to)).unwrap();
        forever(move || drop(stream.read(&mut [0; 8])));
    }

    /// Waits until somebody who reads nothing has room.
    fn block_write(to: &[u8]) -> () {
        let mut stream = TcpStream::connect(text(to)).unwrap();
        let data = vec![0; 1 << 20];
        forever(move || drop(stream.write_all(&data)));
    }

    /// Starts as many waiting threads as it can, and then waits itself.
    fn block_threads(count: &[u8]) -> () {
        let count = text(count).parse().unwrap();
        for _ in 0..count {
            // That there are no more is for the host to see.
            let _ = thread::Builder::new().spawn(thread::park);
        }
        loop {
            thread::park();
        }
    }

    /// Waits for a datagram.
    fn block_receive(at: &[u8]) -> () {
        let socket = UdpSocket::bind(text(at)).unwrap();
        forever(move || drop(socket.recv_from(&mut [0; 8])));
    }
}
