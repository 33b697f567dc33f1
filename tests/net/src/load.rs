//! A client that asks as fast as it is answered. It is the same native program for both servers, and does little more
//! than read and write.

use crate::Result;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;

/// Threads, each with connections of its own.
const THREADS: u32 = 2;

/// Connections of each thread. They are kept open.
const CONNECTIONS: u32 = 16;

/// Requests of each connection, one after the other.
const EACH: u32 = 5000;

/// All requests.
pub(crate) const REQUESTS: u32 = THREADS * CONNECTIONS * EACH;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// What an answer ends with.
const END: &[u8] = b"Hello, world!";

/// How long all requests take.
pub(crate) fn run(address: SocketAddr) -> Result<Duration> {
    let start = Instant::now();
    let threads: Vec<_> = (0..THREADS).map(|_| thread::spawn(move || on_a_thread(address))).collect();
    for thread in threads {
        thread.join().map_err(|_| "the client panicked")??;
    }
    Ok(start.elapsed())
}

fn on_a_thread(address: SocketAddr) -> Result<()> {
    runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(ask(address));
        }
        while let Some(done) = connections.join_next().await {
            done??;
        }
        Ok(())
    })
}

async fn ask(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = [0; 512];
    for _ in 0..EACH {
        stream.write_all(REQUEST).await?;
        let mut len = 0;
        while !answer[..len].ends_with(END) {
            match stream.read(&mut answer[len..]).await? {
                0 => return Err("the server answers something else".into()),
                read => len += read,
            }
        }
    }
    Ok(())
}
