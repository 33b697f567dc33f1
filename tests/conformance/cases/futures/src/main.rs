//! A pool of threads, and channels.

use futures::channel::mpsc;
use futures::executor::{ThreadPool, block_on};
use futures::{SinkExt, StreamExt};

fn main() {
    let pool = ThreadPool::builder().pool_size(3).create().unwrap();
    let (send, receive) = mpsc::channel(2);
    for number in 0..100_u32 {
        let mut send = send.clone();
        pool.spawn_ok(async move { send.send(number).await.unwrap() });
    }
    drop(send);
    assert_eq!(block_on(receive.fold(0, async |sum, number| sum + number)), 4950);
    println!("ok");
}
