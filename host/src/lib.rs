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

mod artifact;
mod asynchronous;
mod block;
mod cache;
mod call;
mod engine;
mod error;
mod events;
mod exclusive;
mod files;
mod imports;
mod instance;
mod interface;
mod json;
mod line;
mod lock;
mod memory;
mod metadata;
mod module;
mod network;
mod output;
mod panic_text;
mod plugin;
mod policy;
mod pool;
mod raw;
mod runtime;
mod services;

pub use artifact::{Artifact, Origin};
pub use asynchronous::wait_for;
pub use cache::{Cache, CacheEntry};
pub use engine::{Cpu, Engine, EngineBuilder};
pub use error::{
    ArtifactError, CacheError, CallError, Error, InterfaceError, LoadError, MethodName, Overload, Panic, ProtocolError,
    Site, StackFrame, StopReason, Trap,
};
pub use events::{Event, LimitKind};
pub use metadata::Metadata;
pub use module::{Form, Import, MemoryKind, Module, ModuleInfo, ModuleLimits, Threads, Wasi};
pub use network::{Network, NetworkRuleError};
pub use output::{Output, StandardStream};
pub use plugin::{
    AsyncClient, Bound, CancelHandle, Plugin, PluginBuilder, SharedBound, SharedPlugin, Sharing, Wait, Within, Worker,
    WorkerBound,
};
pub use policy::{Access, Place, Policy, PolicyError};
pub use pool::{Pool, PoolBuilder, Pooled, TakeError};
pub use raw::{Command, Exit, RawArgs, RawPlugin};
pub use services::{Cancellation, Progress, Services};

pub use plugix_abi as abi;

/// What the project's own fuzz targets call; not for others.
#[doc(hidden)]
pub mod __private {
    pub use crate::json::there_and_back;

    /// An artifact with this header and this body, whose hash of the header is right.
    pub fn artifact_with(header: &[u8], body: &[u8]) -> Vec<u8> {
        crate::artifact::with_header(header, body)
    }
}
