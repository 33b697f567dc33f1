//! What host applications depend on: load plugins, call them, limit them, stop them.
//!
//! ```no_run
//! use plugix_host::policy::Access;
//! use plugix_host::{Engine, Plugin, Policy};
//!
//! #[plugix_abi::interface(version = "1.0")]
//! pub trait WordCount {
//!     /// Counts the words of every file below `folder`, on this many threads.
//!     fn count(&self, folder: &str, threads: u32) -> u64;
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new()?;
//!     let module = engine.load_file("word_count.wasm")?; // says what it is; nothing is compiled yet
//!     let policy = Policy::new().mount("./books", "/books", Access::ReadOnly);
//!     let plugin = Plugin::new(&module, &policy)?;
//!     println!("{} {}", plugin.metadata().name, plugin.metadata().version);
//!     let counter = plugin.bind::<dyn WordCount>()?; // a client for the trait that host and plugin share
//!     println!("{} words", counter.count("/books", 2)?);
//!     Ok(())
//! }
//! ```
//!
//! One step, one module: [`engine`] is what a process has once, [`module`] is what the engine loads, [`policy`] is what a
//! plugin may do, and [`plugin`] is what runs. [`pool`] keeps many instances ready, and [`raw`] runs modules without the
//! SDK. [`code`] keeps and ships compiled modules, [`events`] says what happens to a plugin, and [`error`] says what went
//! wrong and whose fault it is. [`profile`] shows where a plugin's time goes, and [`dump`] keeps what a plugin was when it
//! ended.
//!
//! Every byte that comes from a plugin is an allegation. The host copies it out once and then checks the copy. Nothing
//! that a plugin does panics the host.

pub mod code;
pub mod dump;
pub mod engine;
pub mod error;
pub mod events;
pub mod isolated;
pub mod module;
mod output;
pub mod plugin;
pub mod policy;
pub mod profile;
mod running;
mod stop;
mod sync;

pub use engine::Engine;
pub use error::Error;
pub use module::Module;
pub use plugin::{Plugin, pool, raw};
pub use policy::Policy;

pub use plugix_abi as abi;

/// Does the work of another process and ends, if that is what this process was started for: it compiles a module for a
/// [`ChildCompiler`](code::ChildCompiler), or runs a plugin for an [`Isolation`](isolated::Isolation). Otherwise does nothing.
/// The program that is named to either of them calls this first in `main`.
///
/// The process gives up what it doesn't need before it reads anything: it closes all file descriptors but the standard
/// ones, and limits what it can take. It ends with the process that has started it.
///
/// # Safety
/// It closes file descriptors, and others might use them.
/// 1. Nothing in this process uses a file descriptor but the standard three. So it is, when `main` begins.
pub unsafe fn run_if_child() {
    // SAFETY: the caller's promise is passed on.
    unsafe { code::run_if_asked() };
    // SAFETY: as above. Nothing was opened since.
    unsafe { isolated::run_if_asked() };
}

/// What the project's own fuzz targets call; not for others.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "json")]
    pub use crate::plugin::there_and_back;

    /// Messages of a plugin's process.
    pub fn messages() -> Vec<Vec<u8>> {
        crate::isolated::messages()
    }

    /// What such a message comes to. `None` if it is refused.
    pub fn hear(message: &[u8]) -> Option<String> {
        crate::isolated::hear(message)
    }

    /// An artifact with this header and this body, whose hash of the header is right.
    pub fn artifact_with(header: &[u8], body: &[u8]) -> Vec<u8> {
        crate::code::with_header(header, body)
    }
}

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
