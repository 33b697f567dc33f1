//! Waiting for a listener, and being notified.

use polling::{Event, Events, Poller};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let poller = Arc::new(Poller::new().unwrap());
    let mut events = Events::new();
    let start = Instant::now();
    poller.wait(&mut events, Some(Duration::from_millis(20))).unwrap();
    assert!(events.is_empty() && start.elapsed() >= Duration::from_millis(20));
    for _ in 0..500 {
        let other = poller.clone();
        let notifying = thread::spawn(move || other.notify().unwrap());
        poller.wait(&mut events, None).unwrap();
        assert!(events.is_empty());
        notifying.join().unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    // SAFETY: it is deleted before it is closed.
    unsafe { poller.add(&listener, Event::readable(7)).unwrap() };
    let address = listener.local_addr().unwrap();
    let client = thread::spawn(move || TcpStream::connect(address).unwrap());
    poller.wait(&mut events, None).unwrap();
    assert_eq!(events.iter().map(|event| (event.key, event.readable)).collect::<Vec<_>>(), [(7, true)]);
    listener.accept().unwrap();
    client.join().unwrap();
    poller.modify(&listener, Event::readable(8)).unwrap();
    let client = TcpStream::connect(address).unwrap();
    events.clear();
    poller.wait(&mut events, None).unwrap();
    assert_eq!(events.iter().next().unwrap().key, 8);
    poller.delete(&listener).unwrap();
    drop(client);
    println!("ok");
}
