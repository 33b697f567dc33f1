//! A plugin that keeps a state, another that uses it, and what tests ask them.

use plugix_abi::{Stream, interface};

/// What the plugin counts. `guests/stateful` and `guests/stateful-next` implement it.
#[interface(version = "1.0")]
pub trait Counting {
    /// Adds to the count, and returns the sum.
    fn add(&self, number: u64) -> u64;

    /// Adds a number for each letter; fails if there is none.
    fn add_letters(&self, text: &str) -> Result<u64, String>;

    /// Which version of the plugin answers.
    fn generation(&self) -> u32;

    /// Tells the host that it has begun, and waits until the host lets it go on.
    fn wait(&self) -> u64;

    /// Traps.
    fn trap(&self);
}

/// The same plugin's numbers.
#[interface(version = "1.0")]
pub trait Listing {
    /// The numbers up to the count.
    fn numbers(&self) -> Stream<u64>;
}

/// What the host does for a plugin that waits.
#[interface(version = "1.0")]
pub trait Gate {
    /// Returns when the gate is open.
    fn pass(&self);
}

/// A plugin that counts with another one: `guests/linked`.
#[interface(version = "1.0")]
pub trait Asking {
    /// Adds to the other plugin's count, by a call in registers.
    fn add(&self, number: u64) -> Result<u64, String>;

    /// Does the same by a call in memory.
    fn add_letters(&self, text: &str) -> Result<u64, String>;

    /// Which version of the other plugin answers.
    fn generation(&self) -> Result<u32, String>;
}
