//! Records by the words of a variable, to a file.

use env_logger::{Builder, Env, Target};
use std::fs::{self, File};

mod quiet {
    pub(crate) fn tell() {
        log::warn!("told");
        log::info!("left out");
    }
}

fn main() {
    assert_eq!(std::env::var("RUST_BACKTRACE").as_deref(), Ok("1"));
    let file = File::create("/data/log.txt").unwrap();
    Builder::from_env(Env::new().filter_or("NOT_SET", "debug,env_logger_case::quiet=warn"))
        .target(Target::Pipe(Box::new(file)))
        .format_timestamp_millis()
        .init();
    log::debug!("the number {}", 42);
    log::trace!("left out");
    std::thread::spawn(quiet::tell).join().unwrap();
    let told = fs::read_to_string("/data/log.txt").unwrap();
    let ends: Vec<_> = told.lines().map(|line| line.split_once("Z ").unwrap().1).collect();
    assert_eq!(ends, ["DEBUG env_logger_case] the number 42", "WARN  env_logger_case::quiet] told"]);
    println!("ok");
}
