//! Connections between tasks, timers, and blocking work.

use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn main() {
    smol::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = smol::spawn(async move {
            for _ in 0..50 {
                let (mut stream, _) = listener.accept().await.unwrap();
                smol::spawn(async move {
                    let mut message = [0; 4];
                    stream.read_exact(&mut message).await.unwrap();
                    stream.write_all(&message).await.unwrap();
                })
                .detach();
            }
        });
        for number in 0..50_u32 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&number.to_le_bytes()).await.unwrap();
            let mut answer = [0; 4];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(u32::from_le_bytes(answer), number);
        }
        serving.await;
        let start = Instant::now();
        smol::Timer::after(Duration::from_millis(30)).await;
        assert!(start.elapsed() >= Duration::from_millis(30));
        assert_eq!(smol::unblock(|| 6 * 7).await, 42);
        smol::fs::write("/data/file", "text").await.unwrap();
        assert_eq!(smol::fs::read_to_string("/data/file").await.unwrap(), "text");
    });
    println!("ok");
}
