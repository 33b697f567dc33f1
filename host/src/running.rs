//! A module that runs: its instance on each of its threads, its memory, its system calls, its imports, and its limits.
//!
//! This room knows nothing of engines, of loaded modules, or of plugins that are called. It is given code, a policy,
//! and what running modules share.

pub(crate) mod contain;
mod control;
mod environment;
mod exceptions;
pub(crate) mod imports;
pub(crate) mod instance;
pub(crate) mod memory;
mod newest;
mod post_mortem;
mod quota;
mod resources;
mod runtime;
mod signature;
mod stopped;
pub(crate) mod system_calls;
pub(crate) mod tasks;
mod usage;
mod wasi_imports;

pub(crate) use post_mortem::Wanted;
pub(crate) use resources::{Io, Resources};
pub use usage::{CallUsage, Level, Usage};
pub(crate) use wasi_imports::WasiImports;
