//! A handler for Ctrl-C.

fn main() {
    let (send, receive) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || send.send(()).unwrap()).unwrap();
    // SAFETY: it takes a number only.
    assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0);
    receive.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    println!("ok");
}
