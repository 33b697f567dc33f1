//! What every host can give to its plugins: logging, progress, and a flag that says "enough".
//!
//! An interface like any other. The SDK calls it for the plugin. All of its methods are optional, so that a plugin runs
//! on a host that gives it nothing.
//!
//! A host implements the methods that it wants:
//!
//! ```
//! use plugix_abi::services::{Record, Services};
//!
//! struct Console;
//!
//! impl Services for Console {
//!     fn max_level(&self) -> u32 {
//!         2 // errors and warnings
//!     }
//!
//!     fn log(&self, record: Record) {
//!         eprintln!("{}: {}", record.target, record.message);
//!     }
//! }
//!
//! let services = <dyn Services>::provider(Console); // what a host gives to its plugins
//! assert_eq!(services.get().max_level(), 2);
//! assert!(!services.get().is_cancelled());
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The host's services, as a plugin calls them.
#[crate::interface(name = "plugix-services", version = "1.0", crate = crate)]
pub trait Services {
    /// The most detailed level that the host wants: 0 for none, 1 for errors, up to 5 for traces.
    fn max_level(&self) -> u32 {
        0
    }

    /// Takes a record of the plugin's log.
    fn log(&self, record: Record) {
        let _ = record;
    }

    /// Takes word of how far the plugin is; `total` is 0 when nobody knows.
    fn progress(&self, done: u64, total: u64, message: &str) {
        let _ = (done, total, message);
    }

    /// Whether the plugin should end what it is doing. Long work asks this now and then.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A record of a plugin's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, crate::Schema)]
#[schema(crate = crate)]
pub struct Record {
    /// 1 for an error, 2 for a warning, 3 for information, 4 for debugging, 5 for traces.
    pub level: u8,
    /// What part of the plugin it is from.
    pub target: String,
    /// The message.
    pub message: String,
    /// Named values, in the plugin's order.
    pub fields: Vec<(String, String)>,
    /// The spans that the record is in, outermost first.
    pub spans: Vec<String>,
    /// The source file, if known.
    pub file: Option<String>,
    /// The line in that file, if known.
    pub line: Option<u32>,
    /// The guest thread's name, if it has one.
    pub thread: Option<String>,
}
