//! Greets people whom the host knows.

use my_plugin_interface::{GreetError, Greets, People};

use plugix_guest::{Plugin, host, plugin, uses};
use std::error::Error;

// What the plugin calls of its host's. A host that provides another version is told so before the plugin starts.
uses!(People);

/// The plugin.
#[derive(Debug)]
pub struct Greeter;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Greeter {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Greets for Greeter {
    fn greet(&self, nickname: &str) -> Result<String, GreetError> {
        // Any thread of the plugin may call the host.
        let found = host::<dyn People>().full_name(nickname);
        greeting(
            nickname,
            found.map_err(|error| GreetError::Host {
                problem: error.to_string(),
            })?,
        )
    }
}

/// What needs no host is a function of its own, and tested without one.
fn greeting(nickname: &str, full_name: Option<String>) -> Result<String, GreetError> {
    match full_name {
        Some(name) => Ok(format!("Hello, {name}!")),
        None => Err(GreetError::Unknown {
            nickname: nickname.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_known_is_greeted() {
        assert_eq!(
            greeting("ada", Some("Ada Lovelace".to_owned())),
            Ok("Hello, Ada Lovelace!".to_owned())
        );
        assert_eq!(
            greeting("bob", None),
            Err(GreetError::Unknown {
                nickname: "bob".to_owned()
            })
        );
    }
}
