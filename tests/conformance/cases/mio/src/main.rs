//! A poll that another thread wakes, and a connection.

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;

const WAKER: Token = Token(0);
const LISTENER: Token = Token(1);
const CLIENT: Token = Token(2);
const SERVED: Token = Token(3);

fn main() {
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(16);
    let waker = Arc::new(Waker::new(poll.registry(), WAKER).unwrap());
    for _ in 0..1000 {
        let waker = waker.clone();
        let waking = thread::spawn(move || waker.wake().unwrap());
        poll.poll(&mut events, None).unwrap();
        assert_eq!(events.iter().map(|event| event.token()).collect::<Vec<Token>>(), [WAKER]);
        waking.join().unwrap();
    }

    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut served = None;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE).unwrap();
    poll.registry().register(&mut client, CLIENT, Interest::READABLE | Interest::WRITABLE).unwrap();
    let mut sent = false;
    let mut got: Vec<u8> = Vec::new();
    while got != b"hello" {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            match event.token() {
                LISTENER => {
                    let (mut stream, _) = listener.accept().unwrap();
                    poll.registry().register(&mut stream, SERVED, Interest::READABLE).unwrap();
                    served = Some(stream);
                }
                CLIENT if event.is_writable() && !sent => {
                    client.write_all(b"hello").unwrap();
                    sent = true;
                }
                SERVED => {
                    let mut buffer = [0; 16];
                    match served.as_mut().unwrap().read(&mut buffer) {
                        Ok(len) => got.extend(&buffer[..len]),
                        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
                    }
                }
                _ => {}
            }
        }
    }
    println!("ok");
}
