//! What can go wrong, and whose fault it is.
//!
//! [`LoadError`] says why a module can't become a plugin. [`Error`] says why a call failed, and each of its variants says
//! whose fault that is. [`CallError`] tells apart an error that the method itself returned and a call that failed. The cause
//! of an error is in `source()` only, so print the whole chain.
//!
//! ```no_run
//! use plugix_host::error::{CallError, Error, Overload, StopReason};
//! use plugix_host::{Engine, Plugin, Policy};
//! use serde_json::json;
//!
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let plugin = Plugin::new(&module, &Policy::new())?;
//! match plugin.call_json("count", &json!(["/books", 2])) {
//!     Ok(words) => println!("{words}"),
//!     Err(CallError::Returned(error)) => println!("the method says: {error}"),
//!     Err(CallError::Failed(error)) => match &error {
//!         Error::Panic(panic) => println!("{} panicked: {}", panic.site.plugin, panic.report.message),
//!         Error::Stopped(StopReason::Deadline { limit }) => println!("took longer than {limit:?}"),
//!         Error::Overloaded(Overload::QueueFull { .. }) => println!("try again later"),
//!         fatal if fatal.is_fatal() => println!("start another instance: {fatal}"),
//!         other => println!("{other}"),
//!     },
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod artifact;
mod cache;
mod call;
mod chain;
mod child;
mod dump;
mod fault;
pub(crate) mod known;
mod load;
mod overload;
mod process;
mod protocol;
mod replace;
mod signals;
mod site;
mod state;
mod stop;
mod symbols;

pub use artifact::ArtifactError;
pub use cache::CacheError;
pub use call::{CallError, Error};
pub use chain::Chain;
pub use child::ChildError;
pub use dump::DumpError;
pub(crate) use fault::{MAX_FRAMES, demangled, offset, stack_frame, stack_frames};
pub use fault::{Panic, StackFrame, Trap};
pub use load::LoadError;
pub(crate) use load::NO_OPTIMIZER;
pub use overload::Overload;
pub use process::ProcessError;
pub use protocol::ProtocolError;
pub use replace::{Refusal, ReplaceError};
pub(crate) use signals::{HostBreach, ThreadOffer};
pub(crate) use site::MethodRef;
pub use site::{MethodName, Site};
pub use state::StateError;
pub use stop::StopReason;
pub use symbols::Location;
pub(crate) use symbols::Symbols;

pub use plugix_module::{Difference, InterfaceError, ModuleError};
