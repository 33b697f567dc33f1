//! Files, standard output, timers and channels.

use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::main]
async fn main() {
    let mut file = tokio::fs::File::create("/data/lines").await.unwrap();
    for number in 0..100 {
        file.write_all(format!("{number}\n").as_bytes()).await.unwrap();
    }
    file.sync_all().await.unwrap();
    let mut lines = BufReader::new(tokio::fs::File::open("/data/lines").await.unwrap()).lines();
    let mut sum = 0;
    while let Some(line) = lines.next_line().await.unwrap() {
        sum += line.parse::<u32>().unwrap();
    }
    assert_eq!(sum, 4950);
    let mut names = tokio::fs::read_dir("/data").await.unwrap();
    assert_eq!(names.next_entry().await.unwrap().unwrap().file_name(), "lines");

    let start = Instant::now();
    let (send, mut receive) = tokio::sync::mpsc::channel(4);
    for number in 0..20_u64 {
        let send = send.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(number)).await;
            send.send(number).await.unwrap();
        });
    }
    drop(send);
    let mut all = Vec::new();
    while let Some(number) = receive.recv().await {
        all.push(number);
    }
    all.sort_unstable();
    assert_eq!(all, Vec::from_iter(0..20));
    assert!(start.elapsed() >= Duration::from_millis(19));
    tokio::io::stdout().write_all(b"ok\n").await.unwrap();
    tokio::io::stdout().flush().await.unwrap();
}
