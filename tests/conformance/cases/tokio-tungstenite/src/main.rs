//! A WebSocket between two tasks.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() {
                socket.send(message).await.unwrap();
            }
        }
    });
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}/")).await.unwrap();
    for number in 0..100 {
        socket.send(Message::text(number.to_string())).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(number.to_string()));
    }
    socket.close(None).await.unwrap();
    serving.await.unwrap();
    println!("ok");
}
