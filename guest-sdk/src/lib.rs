//! What plugin authors depend on.
//!
//! A plugin is an ordinary Rust library, built as a `cdylib` for `wasm32-wasmer-wasi`. It implements [`Plugin`] and
//! interfaces. An interface is a trait that the plugin shares with its hosts.
//!
//! ```
//! use plugix_guest::{Plugin, plugin};
//!
//! // In a crate of its own, which the host depends on too.
//! #[plugix_abi::interface(version = "1.0")]
//! pub trait Shouts {
//!     fn shout(&self, text: &str) -> String;
//! }
//!
//! struct Shouter {
//!     mark: char,
//! }
//!
//! #[plugin(description = "Shouts")]
//! impl Plugin for Shouter {
//!     type Config = char;
//!
//!     fn new(mark: char) -> Result<Self, Box<dyn std::error::Error>> {
//!         Ok(Self { mark })
//!     }
//! }
//!
//! #[plugin]
//! impl Shouts for Shouter {
//!     fn shout(&self, text: &str) -> String {
//!         format!("{}{}", text.to_uppercase(), self.mark)
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! All of `std` works in a plugin: threads, files, sockets, time. A panic unwinds. The host gets it as an error with
//! its message and place, and the plugin stays usable. [`host`] calls what the host provides. [`services`] calls what
//! any host can give: a log, progress reports, and a flag that ends long work.
//!
//! A configuration is any type that derives `Deserialize` and [`Schema`](abi::Schema).
//!
//! A plugin whose state has to outlive it is [`Stateful`].
//!
//! [`testing`] tests a plugin in plain `cargo test`, with a host of fakes.
//!
//! Below that stand [`metadata!`](crate::metadata) and [`export!`](crate::export). They know nothing of types.

mod call;
mod encode;
mod export;
mod frame;
mod host;
mod metadata;
mod panic;
mod plugin;
mod scalar;
mod section;
#[cfg(target_family = "wasm")]
mod serve;
pub mod services;
mod state;
mod stream;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use call::{Output, Reply, call};
pub use host::{HostCaller, HostError, host};
pub use metadata::SDK_VERSION;
pub use plugin::Plugin;
pub use plugix_abi as abi;
pub use plugix_guest_macros::plugin;
pub use state::Stateful;

/// What generated code needs; not for others.
#[doc(hidden)]
pub mod __private {
    pub use crate::plugin::{Instance, instance, start, unload};
    pub use crate::scalar::call_scalar;
    pub use crate::section::array;
    pub use crate::state::{StateOf, restore, save};
}

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
