//! Sends files over the network.

use courier_interface::{Courier, DeliveryError};
use plugix_guest::{Plugin, plugin};
use std::error::Error;
use std::fs::File;
use std::io;
use std::net::TcpStream;

struct Cyclist;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Cyclist {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

// ANCHOR: std
// Files and sockets are those of `std`. What the policy doesn't allow is an ordinary `io::Error`.
#[plugin]
impl Courier for Cyclist {
    fn deliver(&self, file: &str, address: &str) -> Result<u64, DeliveryError> {
        let unreadable = |problem: io::Error| {
            let (file, problem) = (file.to_owned(), problem.to_string());
            DeliveryError::Unreadable { file, problem }
        };
        let unreachable = |problem: io::Error| {
            let (address, problem) = (address.to_owned(), problem.to_string());
            DeliveryError::Unreachable { address, problem }
        };
        let mut letter = File::open(file).map_err(unreadable)?;
        let mut receiver = TcpStream::connect(address).map_err(unreachable)?;
        io::copy(&mut letter, &mut receiver)
            .map_err(|problem| DeliveryError::BrokenOff { problem: problem.to_string() })
    }
}
// ANCHOR_END: std

/// Plain `cargo test` runs these on this machine, and `plugix test` in the sandbox, with what `plugix.toml` allows.
#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn a_file_arrives_whole() -> Result<(), Box<dyn Error>> {
        let post_office = TcpListener::bind("127.0.0.1:0")?;
        let address = post_office.local_addr()?.to_string();
        let receiver = thread::spawn(move || {
            let mut letter = Vec::new();
            post_office.accept()?.0.read_to_end(&mut letter).map(|_| letter)
        });
        let sent = Cyclist.deliver("Cargo.toml", &address)?;
        let arrived = receiver.join().expect("the receiver doesn't panic")?;
        assert_eq!((sent, arrived), (std::fs::metadata("Cargo.toml")?.len(), std::fs::read("Cargo.toml")?));
        Ok(())
    }

    #[test]
    fn a_file_that_is_not_there_is_not_sent() {
        let refused = Cyclist.deliver("/nowhere", "127.0.0.1:9");
        assert!(matches!(refused, Err(DeliveryError::Unreadable { .. })), "{refused:?}");
    }
}
