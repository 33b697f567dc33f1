//! Commands to a server of few words, over TCP.

use redis::AsyncCommands;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Answers SET and GET, and everything else with "+OK".
fn serve(stream: TcpStream) -> Option<()> {
    let mut kept = HashMap::new();
    let mut answers = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    loop {
        let words: usize = lines.next()?.strip_prefix('*')?.parse().ok()?;
        let words: Vec<String> = (0..words).filter_map(|_| lines.by_ref().nth(1)).collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let answer = match words[..] {
            ["SET", key, value] => {
                kept.insert(key.to_owned(), value.to_owned());
                "+OK\r\n".to_owned()
            }
            ["GET", key] => match kept.get(key) {
                Some(value) => format!("${}\r\n{value}\r\n", value.len()),
                None => "$-1\r\n".to_owned(),
            },
            _ => "+OK\r\n".to_owned(),
        };
        answers.write_all(answer.as_bytes()).ok()?;
    }
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = redis::Client::open(format!("redis://{}", listener.local_addr().unwrap())).unwrap();
    thread::spawn(move || listener.incoming().for_each(|stream| _ = thread::spawn(|| serve(stream.unwrap()))));

    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let mut connection = connection.clone();
        tasks.spawn(async move {
            let () = connection.set(format!("key {number}"), number).await.unwrap();
            assert_eq!(connection.get::<_, u32>(format!("key {number}")).await.unwrap(), number);
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let mut plain = client.get_connection().unwrap();
    let none: Option<String> = redis::cmd("GET").arg("none").query(&mut plain).unwrap();
    assert_eq!(none, None);
    println!("ok");
}
