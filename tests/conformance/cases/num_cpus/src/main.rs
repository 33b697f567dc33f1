//! The number of processors.

fn main() {
    assert_eq!(num_cpus::get(), std::thread::available_parallelism().unwrap().get());
    println!("ok");
}
