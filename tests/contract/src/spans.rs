//! Calls that belong to a trace.

use plugix_abi::interface;

/// Works, and tells for which trace.
#[interface(version = "1.0")]
pub trait Traced {
    /// Logs a line, and returns so many bytes of the trace's name, over and over. Fails without any.
    fn work(&self, bytes: &[u8]) -> Result<String, String>;

    /// The trace on a thread of the plugin's own.
    fn elsewhere(&self) -> Option<String>;

    /// Returns a number by registers.
    fn number(&self, number: u32) -> u32;

    /// Panics.
    fn panic(&self);
}
