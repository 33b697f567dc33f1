//! Channels, a queue, scopes and parking.

use crossbeam::channel::{after, bounded, select, unbounded};
use std::time::Duration;

fn main() {
    let (numbers, got) = bounded(4);
    let (ends, ended) = unbounded();
    crossbeam::scope(|scope| {
        for _ in 0..3 {
            let (numbers, ends) = (numbers.clone(), ends.clone());
            scope.spawn(move |_| {
                (0..1000_u32).for_each(|number| numbers.send(number).unwrap());
                ends.send(()).unwrap();
            });
        }
        let (mut sum, mut over) = (0, 0);
        while over < 3 || !got.is_empty() {
            select! {
                recv(got) -> number => sum += number.unwrap(),
                recv(ended) -> _ => over += 1,
                recv(after(Duration::from_secs(30))) -> _ => panic!("it hangs"),
            }
        }
        assert_eq!(sum, 3 * 499_500);
    })
    .unwrap();
    let parker = crossbeam::sync::Parker::new();
    let unparker = parker.unparker().clone();
    std::thread::spawn(move || unparker.unpark());
    parker.park();
    let queue = crossbeam::queue::ArrayQueue::new(1);
    assert_eq!((queue.push(1), queue.push(2), queue.pop()), (Ok(()), Err(2), Some(1)));
    println!("ok");
}
