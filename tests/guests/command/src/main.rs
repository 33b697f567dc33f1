//! Prints what it was given, and exits as it is told.

use std::io::{Read, Write, stdin, stdout};
use std::process::{ExitCode, exit};
use std::time::Duration;
use std::{env, fs, thread};

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("copy") => return copy(),
        Some("wait") => return wait(),
        Some("wait-in-spite") => {
            handle_interrupts();
            return wait();
        }
        Some("exit") => exit(env::args().nth(2).unwrap().parse().unwrap()),
        Some("exit-on-a-thread") => {
            thread::spawn(|| exit(9));
            return wait();
        }
        _ => {}
    }
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

/// Copies its input to its output, each byte as it comes.
fn copy() -> ExitCode {
    let mut byte = [0];
    while stdin().read(&mut byte).unwrap() > 0 {
        stdout().write_all(&byte).and_then(|()| stdout().flush()).unwrap();
    }
    ExitCode::SUCCESS
}

/// Says that it is there, on a line that isn't complete, and waits.
fn wait() -> ExitCode {
    print!("waiting ");
    stdout().flush().unwrap();
    loop {
        thread::sleep(Duration::from_secs(1 << 20));
    }
}

fn handle_interrupts() {
    unsafe extern "C" {
        fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
    }
    extern "C" fn go_on(_: i32) {}
    // SAFETY: the handler does nothing.
    unsafe { signal(2, go_on) };
}
