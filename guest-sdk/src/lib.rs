//! What plugin authors depend on.
//!
//! A plugin is an ordinary Rust library, built as a `cdylib` for `wasm32-wasmer-wasi`. It says who it is with
//! [`metadata!`](crate::metadata) and exports functions with [`export!`](crate::export):
//!
//! ```
//! plugix_guest::metadata!("Shouts");
//!
//! plugix_guest::export! {
//!     fn shout(text: &[u8]) -> Vec<u8> {
//!         text.to_ascii_uppercase()
//!     }
//! }
//! ```
//!
//! Everything of `std` works in there: threads, files, sockets, time. A panic unwinds, reaches the host as an error
//! with its message and place, and leaves the plugin usable.

mod call;
mod export;
mod frame;
mod metadata;
mod panic;

pub use call::{Output, Reply, call};
pub use metadata::SDK_VERSION;
pub use plugix_abi as abi;
