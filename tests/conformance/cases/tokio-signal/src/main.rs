//! A server that ends at Ctrl-C, and signals as streams.

use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

fn raise(number: i32) {
    // SAFETY: it takes a number only.
    assert_eq!(unsafe { libc::raise(number) }, 0);
}

#[tokio::main]
async fn main() {
    let mut users = signal(SignalKind::user_defined1()).unwrap();
    for _ in 0..20 {
        raise(libc::SIGUSR1);
        users.recv().await.unwrap();
    }

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (listens, ready) = oneshot::channel();
    let server = tokio::spawn(async move {
        let mut served = 0;
        let mut interrupts = signal(SignalKind::interrupt()).unwrap();
        listens.send(()).unwrap();
        loop {
            tokio::select! {
                connected = listener.accept() => { connected.unwrap(); served += 1 }
                _ = interrupts.recv() => return served,
            }
        }
    });
    ready.await.unwrap();
    let ended = tokio::spawn(tokio::signal::ctrl_c());
    for _ in 0..3 {
        TcpStream::connect(address).await.unwrap();
    }
    tokio::task::yield_now().await;
    // Until the other task listens as well.
    let ended = async { ended.await.unwrap().unwrap() };
    tokio::pin!(ended);
    while tokio::time::timeout(std::time::Duration::from_millis(50), &mut ended).await.is_err() {
        raise(libc::SIGINT);
    }
    assert!(server.await.unwrap() <= 3);
    println!("ok");
}
