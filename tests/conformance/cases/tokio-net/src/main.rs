//! 1,000 connections to an echo server, on four threads, whose answers come from blocking tasks.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::{JoinSet, spawn_blocking};

async fn serve(mut stream: TcpStream) {
    let mut message = [0; 8];
    while stream.read_exact(&mut message).await.is_ok() {
        let turned = spawn_blocking(move || {
            message.reverse();
            message
        });
        stream.write_all(&turned.await.unwrap()).await.unwrap();
    }
}

async fn ask(address: std::net::SocketAddr, number: u64) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = [0; 8];
    for round in 0..3 {
        let message = (number << 8 | round).to_le_bytes();
        stream.write_all(&message).await.unwrap();
        stream.read_exact(&mut answer).await.unwrap();
        answer.reverse();
        assert_eq!(answer, message);
    }
}

async fn all() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    let mut clients = JoinSet::new();
    for number in 0..1000 {
        clients.spawn(ask(address, number));
    }
    while let Some(done) = clients.join_next().await {
        done.unwrap();
    }

    let [one, other] = [UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap()];
    one.send_to(b"datagram", other.local_addr().unwrap()).await.unwrap();
    let mut buffer = [0; 16];
    let (len, from) = other.recv_from(&mut buffer).await.unwrap();
    assert_eq!((&buffer[..len], from), (&b"datagram"[..], one.local_addr().unwrap()));
}

fn main() {
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    many.block_on(async { tokio::time::timeout(Duration::from_secs(50), all()).await.expect("it hangs") });
    // One thread that waits for sockets, which another one has to wake.
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    one.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let accept = tokio::spawn(async move { listener.accept().await.map(drop) });
        for number in 0..200 {
            assert_eq!(spawn_blocking(move || number + 1).await.unwrap(), number + 1);
        }
        accept.abort();
    });
    println!("ok");
}
