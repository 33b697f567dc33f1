//! How threads of the host take turns and wait for each other.
//!
//! It knows nothing of plugins and nothing of WebAssembly.

pub(crate) mod block;
pub(crate) mod exclusive;
pub(crate) mod line;
pub(crate) mod lock;
pub(crate) mod panic_text;
