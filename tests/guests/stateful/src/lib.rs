//! Counts, and keeps the count when another version takes its place. `stateful-next` is the next version.

use plugix_e2e_contract::counting::{Counting, Gate, Listing};
use plugix_guest::abi::{Schema, Stream};
use plugix_guest::{Plugin, Stateful, host, plugin, uses};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

uses!(Gate);

struct Counter {
    count: AtomicU64,
    /// What the counter doesn't do: `start`, `save` or `restore`.
    refuses: String,
}

#[plugin(description = "Counts, and keeps the count")]
impl Plugin for Counter {
    type Config = String;

    fn new(refuses: String) -> Result<Self, Box<dyn Error>> {
        if refuses == "start" {
            return Err("it was told not to start".into());
        }
        Ok(Self { count: AtomicU64::new(0), refuses })
    }
}

#[plugin]
impl Counting for Counter {
    fn add(&self, number: u64) -> u64 {
        self.count.fetch_add(number, Ordering::SeqCst) + number
    }

    fn add_letters(&self, text: &str) -> Result<u64, String> {
        match text.chars().count() as u64 {
            0 => Err("no letters".to_owned()),
            letters => Ok(self.add(letters)),
        }
    }

    fn generation(&self) -> u32 {
        1
    }

    fn wait(&self) -> u64 {
        host::<dyn Gate>().pass().expect("the host has a gate");
        self.add(1)
    }

    fn trap(&self) {
        std::process::abort()
    }
}

#[plugin]
impl Listing for Counter {
    fn numbers(&self) -> Stream<u64> {
        Stream::new(0..self.count.load(Ordering::SeqCst))
    }
}

// ANCHOR: state
#[derive(Serialize, Deserialize, Schema)]
#[schema(crate = plugix_guest::abi)]
struct Counted {
    count: u64,
}

#[plugin]
impl Stateful for Counter {
    type State = Counted;

    fn save(&self) -> Result<Counted, Box<dyn Error>> {
        match &*self.refuses {
            "save" => Err("it was told not to save".into()),
            _ => Ok(Counted { count: self.count.load(Ordering::SeqCst) }),
        }
    }

    fn restore(&self, state: Counted) -> Result<(), Box<dyn Error>> {
        if self.refuses == "restore" {
            return Err("it was told not to restore".into());
        }
        self.count.store(state.count, Ordering::SeqCst);
        Ok(())
    }
}
// ANCHOR_END: state
