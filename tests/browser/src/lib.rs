//! A browser for tests: found or fetched, and driven over a pipe.
//!
//! The browser's own protocol is JSON with a zero byte behind each message, on descriptors 3 and 4. So neither a port nor a
//! WebSocket is needed. What the page's script throws, and what its policy forbids, is kept for the test.

mod find;
mod page;
mod pipe;

pub use find::{Program, find, find_or_skip};
pub use page::Page;
