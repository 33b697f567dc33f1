//! Tests of plugins in a host: build the crate, start it under a policy, see what it did.
//!
//! ```no_run
//! use plugix_host::Policy;
//! use plugix_host::events::{Event, LimitKind};
//! use plugix_testing::Crate;
//!
//! let plugin = Crate::build("../plugin")?.policy(Policy::new().threads(0)).start()?;
//! let _ = plugin.call_bytes("count", b"2 threads");
//! assert_eq!(plugin.events(), [Event::LimitReached { limit: LimitKind::Threads, allowed: 0 }]);
//! assert!(plugin.stdout().contains("no thread for me"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Crates are built once in a process, and one after the other; so all tests of a file share the module, and its compiled
//! code. The engine keeps compiled code in the user's cache, so that the next run of the tests finds it there.

mod building;
mod started;

pub use building::{BuildError, Crate, engine};
pub use started::Started;

pub use plugix_host as host;

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
