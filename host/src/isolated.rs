//! Plugins in processes of their own: not even a fault of the engine reaches the application.
//!
//! [`PluginBuilder::start_isolated`](crate::plugin::PluginBuilder::start_isolated) starts a plugin in a process that has
//! nothing but what the plugin's policy names. Clients are those of any other plugin. The process is a program that was
//! started anew, and never a fork of the host: it is the host's own program, or the command `plugix`, and its `main` begins
//! with [`run_if_child`](crate::run_if_child).
//!
//! ```no_run
//! use plugix_host::isolated::Isolation;
//! use plugix_host::{Engine, Plugin};
//!
//! # #[plugix_abi::interface(version = "1.0")]
//! # pub trait WordCount {
//! #     fn count(&self, folder: &str, threads: u32) -> u64;
//! # }
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // SAFETY: nothing was opened yet, and there is no other thread.
//!     unsafe { plugix_host::run_if_child() }; // before anything else
//!     let module = Engine::new()?.load_file("word_count.wasm")?;
//!     let plugin = Plugin::builder(&module).start_isolated(&Isolation::this_program()?)?;
//!     println!("{} words", plugin.bind::<dyn WordCount>()?.count("/books", 2)?);
//!     Ok(())
//! }
//! ```
//!
//! The host believes nothing that comes from the process, as it believes nothing that comes from a plugin: bytes are copied
//! once, and then checked. What a call says crosses memory that both share (`plugix_shared`), everything else a socket.

mod begin;
mod bound;
mod control;
mod host_calls;
mod isolation;
mod lanes;
mod plugin;
mod process;
mod shared;
mod start;
mod streams;
mod wire;
mod worker;

pub use bound::IsolatedBound;
pub use isolation::Isolation;
pub use plugin::IsolatedPlugin;
pub(crate) use wire::{hear, messages};
pub(crate) use worker::run_if_asked;
