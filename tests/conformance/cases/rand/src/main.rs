//! Random numbers, on several threads.

fn main() {
    let threads = [(); 4].map(|()| std::thread::spawn(|| rand::random::<u128>()));
    let mut numbers = threads.map(|thread| thread.join().unwrap()).to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
    println!("ok");
}
