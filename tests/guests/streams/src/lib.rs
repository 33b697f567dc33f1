//! Gives streams to its host, and takes them from it.

use plugix_e2e_contract::endless::Endless;
use plugix_e2e_contract::streams::{Pipes, Piping};
use plugix_guest::abi::Stream;
use plugix_guest::{HostError, Plugin, host, plugin, uses};
use std::error::Error;
use std::fmt::Display;
use std::thread;

uses!(Pipes);

struct Piper;

#[plugin(description = "Gives streams to its host", threads = 4)]
impl Plugin for Piper {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}

/// A number that the host has from a stream, which has it from a stream, and so on.
fn nested(depth: u32) -> Result<u64, String> {
    if depth == 0 {
        return Ok(1);
    }
    let items = std::iter::once_with(move || nested(depth - 1));
    host::<dyn Pipes>().sum(Stream::fallible(items)).map_err(text)
}

#[plugin]
impl Piping for Piper {
    fn take(&self, count: u64) -> Result<u64, String> {
        host::<dyn Pipes>().numbers(count).map_err(text)?.sum::<Result<u64, _>>().map_err(text)
    }

    fn give(&self, count: u64, broken: Option<u64>) -> Result<u64, String> {
        let item = move |number| if Some(number) == broken { Err("out of numbers") } else { Ok(number) };
        host::<dyn Pipes>().sum(Stream::fallible((0..count).map(item))).map_err(text)
    }

    fn give_endless(&self, count: u32) -> (Vec<u64>, u64) {
        let first = host::<dyn Pipes>().first(Stream::new(Endless::default()), count).expect("the host takes it");
        (first, self.dropped())
    }

    fn give_and_take(&self, count: u64, threads: u32) -> Result<Vec<u64>, String> {
        let run = move || -> Result<u64, HostError> {
            let doubled = host::<dyn Pipes>().doubled(Stream::new(0..count))?;
            Ok(doubled.map(|number| number.expect("it is whole")).sum())
        };
        if threads == 0 {
            return run().map(|sum| vec![sum]).map_err(text);
        }
        let threads: Vec<_> = (0..threads).map(|_| thread::spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic").map_err(text)).collect()
    }

    fn nest(&self, depth: u32) -> Result<u64, String> {
        // A thread of the plugin's has less of a native stack.
        let on_a_thread = thread::spawn(move || nested(depth)).join().expect("no panic");
        assert_eq!(on_a_thread, nested(depth));
        on_a_thread
    }

    fn give_bad(&self, how: &str) -> Result<u64, String> {
        let how = how.to_owned();
        let bad = move || match &*how {
            "trap" => std::process::abort(),
            "exit" => std::process::exit(7),
            how => panic!("{how}"),
        };
        host::<dyn Pipes>().sum(Stream::new(std::iter::from_fn(bad))).map_err(text)
    }

    fn turn(&self, chunks: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, String> {
        host::<dyn Pipes>().reversed(Stream::new(chunks)).map_err(text)?.collect::<Result<_, _>>().map_err(text)
    }

    fn lend(&self, count: u64) -> Result<(), String> {
        host::<dyn Pipes>().keep(Stream::new(0..count)).map_err(text)
    }

    fn ask_kept(&self) -> Result<Option<u64>, String> {
        host::<dyn Pipes>().next_kept().map_err(text)
    }

    fn dropped(&self) -> u64 {
        Endless::dropped()
    }
}
