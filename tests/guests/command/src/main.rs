//! Prints what it was given, and exits as it is told.

use std::process::ExitCode;
use std::{env, fs, thread};

fn main() -> ExitCode {
    println!("args {:?}", env::args().skip(1).collect::<Vec<_>>());
    println!("var {:?}", env::var("COLOUR"));
    println!("home {:?}", env::var("HOME"));
    if let Ok(path) = env::var("INPUT") {
        println!("file {:?}", fs::read_to_string(path).map_err(|error| error.kind()));
    }
    println!("thread {}", thread::spawn(|| 6 * 7).join().unwrap());
    eprintln!("done");
    match env::args().nth(1).as_deref() {
        Some("fail") => ExitCode::from(3),
        Some("panic") => panic!("as told"),
        Some("abort") => std::process::abort(),
        _ => ExitCode::SUCCESS,
    }
}
