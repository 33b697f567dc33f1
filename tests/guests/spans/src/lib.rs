//! Calls that belong to a trace.

use plugix_e2e_contract::spans::Traced;
use plugix_guest::{Plugin, plugin, services};
use std::error::Error;
use std::thread;

struct Spans;

#[plugin(description = "Works for a trace")]
impl Plugin for Spans {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Traced for Spans {
    fn work(&self, bytes: &[u8]) -> Result<String, String> {
        log::info!("working on {} bytes", bytes.len());
        match services::trace_parent() {
            Some(trace) if !bytes.is_empty() => Ok(trace.chars().cycle().take(bytes.len()).collect()),
            trace => Err(format!("{trace:?}")),
        }
    }

    fn elsewhere(&self) -> Option<String> {
        thread::spawn(services::trace_parent).join().expect("the thread is well")
    }

    fn number(&self, number: u32) -> u32 {
        number
    }

    fn panic(&self) {
        panic!("as asked");
    }
}
