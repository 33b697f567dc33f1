//! A connection with options, and a datagram.

use socket2::{Domain, Protocol, Socket, Type};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

fn main() {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listener = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
    listener.set_reuse_address(true).unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(8).unwrap();
    assert_eq!(listener.r#type().unwrap(), Type::STREAM);
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        TcpStream::from(socket).write_all(b"served").unwrap();
    });
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    client.connect_timeout(&address, Duration::from_secs(5)).unwrap();
    client.set_tcp_nodelay(true).unwrap();
    assert!(client.tcp_nodelay().unwrap());
    client.set_keepalive(true).unwrap();
    assert!(client.keepalive().unwrap());
    client.set_recv_buffer_size(65536).unwrap();
    assert!(client.recv_buffer_size().unwrap() >= 65536);
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(client.read_timeout().unwrap(), Some(Duration::from_secs(5)));
    let mut text = String::new();
    TcpStream::from(client).read_to_string(&mut text).unwrap();
    assert_eq!(text, "served");
    serving.join().unwrap();

    let six: SocketAddr = "[::1]:0".parse().unwrap();
    let [one, other] = [(); 2].map(|()| {
        let socket = Socket::new(Domain::IPV6, Type::DGRAM, None).unwrap();
        socket.bind(&six.into()).unwrap();
        socket
    });
    one.send_to(b"x", &other.local_addr().unwrap()).unwrap();
    let mut buffer = [std::mem::MaybeUninit::uninit(); 4];
    let (len, from) = other.recv_from(&mut buffer).unwrap();
    assert_eq!((len, from.as_socket()), (1, one.local_addr().unwrap().as_socket()));
    println!("ok");
}
