//! Does all that a plugin should not do, so that hosts see what happens then.

use mischief_interface::{Mischief, Refused};
use plugix_guest::{Plugin, plugin};
use std::error::Error;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

struct Imp;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Imp {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

// ANCHOR: methods
#[plugin]
impl Mischief for Imp {
    fn spin(&self, threads: u32) {
        (1..threads).for_each(|_| drop(thread::spawn(|| while black_box(true) {})));
        while black_box(true) {}
    }

    fn hoard(&self) -> u32 {
        let mut hoard: Vec<Vec<u8>> = Vec::new();
        loop {
            let mut mebibyte = Vec::new();
            // Most code aborts when it finds no memory. This is the way to go on.
            if mebibyte.try_reserve_exact(1 << 20).is_err() {
                return hoard.len() as u32;
            }
            mebibyte.resize(1 << 20, 1);
            hoard.push(mebibyte);
        }
    }

    fn recurse(&self, depth: u32) -> u32 {
        if depth == 0 { 0 } else { 1 + black_box(self).recurse(depth - 1) }
    }

    fn breed(&self) -> Result<u32, Refused> {
        for threads in 0.. {
            let asleep = || thread::sleep(Duration::from_secs(3600));
            let problem = thread::Builder::new().spawn(asleep).map_err(|problem| problem.to_string());
            problem.map_err(|problem| Refused { threads, problem })?;
        }
        unreachable!("no system has threads without end")
    }

    fn panic(&self, reason: &str) {
        panic!("{reason}")
    }

    fn exit(&self, code: i32) {
        std::process::exit(code)
    }

    fn chatter(&self, lines: u32) {
        (1..=lines).for_each(|line| println!("line {line}"));
    }
}
// ANCHOR_END: methods
