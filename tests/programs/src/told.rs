//! What a program tells: a line for each thing that it tried.

use std::fmt::{Debug, Write};
use std::io;

#[derive(Default)]
pub(crate) struct Told(String);

impl Told {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The text of an error is the system's own. Its kind is everybody's.
    pub(crate) fn line<T: Debug>(&mut self, what: &str, outcome: io::Result<T>) {
        let outcome = outcome.map_err(|error| error.kind());
        writeln!(self.0, "{what}: {outcome:?}").expect("a text can grow");
    }

    pub(crate) fn say(&mut self, what: &str, value: impl Debug) {
        writeln!(self.0, "{what}: {value:?}").expect("a text can grow");
    }

    pub(crate) fn end(self) -> io::Result<String> {
        Ok(self.0)
    }
}
