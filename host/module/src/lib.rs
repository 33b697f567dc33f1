//! What a WebAssembly module is, and how it is made stoppable: bytes in, bytes out, without an engine.
//!
//! ```
//! use plugix_module::{ModuleLimits, inspect, stoppable};
//!
//! let wasm = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "spin") (loop (br 0))))"#)?;
//! let limits = ModuleLimits::default();
//! limits.check(&wasm)?; // how large its parts are, before any of them is read
//! let info = inspect(&wasm)?; // what it is, wants and offers
//! info.check_runnable()?;
//! limits.check_code(&wasm)?; // all rules of the format, and what compiling it would take
//! let rewritten = stoppable(&wasm)?; // what an engine compiles
//! # assert!(info.exports("spin") && rewritten.len() > wasm.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every byte of a module is an allegation: nothing here panics on any, and no count that a module states is trusted
//! before it was compared with a limit.

mod changes;
pub mod debug;
mod error;
mod features;
mod info;
mod inspect;
pub mod interface;
mod limits;
mod operators;
mod parallel;
mod references;
mod signature;
mod size;
mod stoppable;
mod work;

pub use changes::{Changes, ConfigChange, InterfaceChanges, MethodChange, Role};
pub use error::ModuleError;
pub use features::{EngineSwitch, Guest, PROPOSALS, Proposal, engine_switches};
pub use info::{Form, Import, MemoryKind, ModuleInfo, Threads, Wasi};
pub use inspect::{inspect, keeps_tables, validate};
pub use interface::{Difference, InterfaceError};
pub use limits::ModuleLimits;
pub use signature::{Number, Signature};
pub use size::Size;
pub use stoppable::{
    CONTROL_PAGES, INITIALIZE, Origins, REWRITING, STACK_OVERFLOW, START, THROWS, THROWS_WHILE_HELD, stoppable,
};
pub use work::{COMPILER_THREADS, Work};

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
