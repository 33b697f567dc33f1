//! Counts with another plugin.

use plugix_e2e_contract::counting::{Asking, Counting};
use plugix_guest::{Plugin, host, plugin, uses};
use std::error::Error;

uses!(Counting);

struct Asker;

#[plugin(description = "Counts with another plugin")]
impl Plugin for Asker {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Asking for Asker {
    fn add(&self, number: u64) -> Result<u64, String> {
        host::<dyn Counting>().add(number).map_err(|error| error.to_string())
    }

    fn add_letters(&self, text: &str) -> Result<u64, String> {
        match host::<dyn Counting>().add_letters(text) {
            Ok(sum) => Ok(sum),
            Err(error) => Err(error.to_string()),
        }
    }

    fn generation(&self) -> Result<u32, String> {
        host::<dyn Counting>().generation().map_err(|error| error.to_string())
    }
}
