//! A plugin that many call.

use plugix_abi::{Stream, interface};

/// Calls that meet each other, wait, compute, fail and end the plugin.
#[interface(version = "1.0")]
pub trait Shared {
    /// Nothing.
    fn nothing(&self);

    /// Adds to a number that all calls share, and returns the number before.
    fn add(&self, number: u64) -> u64;

    /// Waits until so many calls are in here at the same time.
    fn meet(&self, calls: u32) -> u32;

    /// Waits for [`Shared::release`], and returns how many it lets go.
    fn wait(&self) -> u32;

    /// How many calls are in [`Shared::wait`].
    fn waiting(&self) -> u32;

    /// Lets all that wait go.
    fn release(&self);

    /// Computes for so many rounds.
    fn work(&self, rounds: u64) -> u64;

    /// Computes for ever.
    fn spin(&self);

    /// Works until the host cancels it.
    fn until_cancelled(&self) -> bool;

    /// Panics.
    fn panic(&self, message: &str) -> String;

    /// Asks the host, and traps then.
    fn trap(&self);

    /// Offers the thread of the call for calls. Only some threads may do that.
    fn offer(&self);

    /// The name of the thread, and how often somebody asked for it.
    fn thread(&self) -> (String, u32);

    /// Fills memory and returns its sum. The memory grows by so many bytes.
    fn grow(&self, bytes: u32) -> u64;

    /// Writes a file in the plugin's own root, or fails with the reason.
    fn write(&self, path: &str) -> Result<(), String>;

    /// Starts a thread that stays.
    fn leave_a_thread(&self);

    /// Starts a thread and waits for its end.
    fn join_a_thread(&self) -> u32;

    /// Asks the host.
    fn ask(&self, question: u32) -> Result<u32, String>;

    /// The numbers below `count`, lazily.
    fn count_to(&self, count: u64) -> Stream<u64>;
}

/// What the plugin asks its host.
#[interface(version = "1.0")]
pub trait Oracle {
    /// An answer.
    fn answer(&self, question: u32) -> u32;
}
