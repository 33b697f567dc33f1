//! Machine code: what compiles it, for which processors, and where it is kept.
//!
//! It knows nothing of how code runs: no policy, no instance, no plugin.

mod artifact;
mod cache;
mod compilation;
mod compiler;
mod cpu;

pub use artifact::{Artifact, Origin};
pub use cache::{Cache, CacheEntry};
pub use cpu::Cpu;

pub(crate) use artifact::{MAGIC, is_artifact, with_header};
pub(crate) use cache::Kept;
pub(crate) use compilation::Compilation;
pub(crate) use compiler::Compiler;
