//! A channel between threads.

use std::time::Duration;

fn main() {
    let (send, receive) = flume::bounded(2);
    let sending = std::thread::spawn(move || (0..1000_u32).for_each(|number| send.send(number).unwrap()));
    assert_eq!(receive.iter().sum::<u32>(), 499_500);
    sending.join().unwrap();
    let (_send, receive) = flume::unbounded::<()>();
    assert_eq!(receive.recv_timeout(Duration::from_millis(10)), Err(flume::RecvTimeoutError::Timeout));
    println!("ok");
}
