//! Asks for something of each sort, and tells what it has got.

use plugix_guest::{Plugin, plugin};
use std::error::Error;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::{env, fs, io, thread};

struct Asks;

#[plugin(description = "Asks for something of each sort")]
impl Plugin for Asks {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

plugix_guest::export! {
    fn read(path: &[u8]) -> io::Result<String> {
        fs::read_to_string(text(path))
    }

    fn write(path: &[u8]) -> io::Result<()> {
        fs::write(text(path), [b'a'; 16 << 10])
    }

    fn vars(_args: &[u8]) -> String {
        let mut vars: Vec<_> = env::vars().map(|(name, value)| format!("{name}={value}")).collect();
        vars.sort();
        vars.join("|")
    }

    fn connect(address: &[u8]) -> io::Result<()> {
        TcpStream::connect(text(address)).map(drop)
    }

    /// How many threads it can have at once, four at most.
    fn threads(_args: &[u8]) -> String {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let start = |_| {
            let gate = Arc::clone(&gate);
            thread::Builder::new().spawn(move || drop(gate.lock())).ok()
        };
        let waiting: Vec<_> = (0..4).map_while(start).collect();
        drop(closed);
        let count = waiting.len();
        waiting.into_iter().for_each(|thread| drop(thread.join()));
        count.to_string()
    }
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}
