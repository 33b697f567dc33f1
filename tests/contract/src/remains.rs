//! What an earlier caller could have left in a plugin.

use plugix_abi::interface;

/// Writes a word to all kinds of places, and looks for it.
#[interface(version = "1.0")]
pub trait Remains {
    /// Writes the word to the heap, to the stack, to statics and to thread-locals, and keeps none of it. `inverted` is the
    /// word with all bits inverted, so that the call itself leaves nothing. Returns how many bytes of memory there are.
    fn fill(&self, inverted: u64, heap: u32) -> u64;

    /// How often the word is in all the memory that the plugin has, and how often in thread-locals and statics.
    fn find(&self, inverted: u64) -> (u64, u64);

    /// Writes to so many pages, of 4,096 bytes, that are not zeroes at the start.
    fn touch(&self, pages: u32);
}
