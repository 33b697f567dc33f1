//! What host applications depend on: load plugins, call them, limit them, stop them.
//!
//! ```ignore
//! use plugix_host::{Engine, Plugin, Policy};
//!
//! let engine = Engine::new()?;
//! let module = engine.load_file("word_count.wasm")?; // says what it is; compiles nothing yet
//! let policy = Policy::new().mount("./books", "/books", plugix_host::Access::ReadOnly);
//! let plugin = Plugin::new(&module, &policy)?;
//! println!("{} {}", plugin.metadata().name, plugin.metadata().version);
//! let counter = plugin.bind::<dyn WordCount>()?; // the trait that host and plugin share
//! let words = counter.count("/books", 2)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every byte that comes from a plugin is an allegation: it is copied out once and then checked, and nothing that a
//! plugin does panics the host.

pub mod code;
pub mod engine;
pub mod error;
pub mod events;
pub mod module;
pub mod plugin;
pub mod policy;
mod running;
mod sandbox;
mod stop;
mod sync;

pub use engine::Engine;
pub use error::Error;
pub use module::Module;
pub use plugin::{Plugin, pool, raw};
pub use policy::Policy;

pub use plugix_abi as abi;

/// What the project's own fuzz targets call; not for others.
#[doc(hidden)]
pub mod __private {
    pub use crate::plugin::there_and_back;

    /// An artifact with this header and this body, whose hash of the header is right.
    pub fn artifact_with(header: &[u8], body: &[u8]) -> Vec<u8> {
        crate::code::with_header(header, body)
    }
}
