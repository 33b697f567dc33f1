//! Greets people.

use my_plugin_interface::{GreetError, Greets};

use plugix_guest::{Plugin, plugin};
use std::error::Error;

/// The plugin: there is one for each instance. What it keeps between calls goes here.
#[derive(Debug)]
pub struct Greeter;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Greeter {
    /// What the host configures: any type that derives `Deserialize` and `Schema`.
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Greets for Greeter {
    fn greet(&self, name: &str) -> Result<String, GreetError> {
        match name.trim() {
            "" => Err(GreetError::NoName),
            name => Ok(format!("Hello, {name}!")),
        }
    }

    fn greet_all(&self, names: Vec<String>) -> Result<Vec<String>, GreetError> {
        names.iter().map(|name| self.greet(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_greeted() {
        assert_eq!(Greeter.greet(" Ada "), Ok("Hello, Ada!".to_owned()));
    }

    #[test]
    fn nobody_is_not_greeted() {
        assert_eq!(Greeter.greet(" "), Err(GreetError::NoName));
    }
}
