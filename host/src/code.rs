//! Machine code: what compiles it, for which processors, and where it is kept.
//!
//! A [`Cache`] keeps compiled modules for later processes of this machine. An [`Artifact`] is a compiled module to ship. An
//! [`Origin`] says what compiled it, and for which host. A [`Cpu`] says for which processors code is compiled.
//! A [`ChildCompiler`] compiles in processes of their own, within limits.
//!
//! ```no_run
//! use plugix_host::Engine;
//! use plugix_host::code::{Artifact, Cache, Cpu};
//!
//! // At home: compile for all processors since 2009, and write a file.
//! let compiler = Engine::builder().cpu(Cpu::Baseline).build()?;
//! compiler.load_file("word_count.wasm")?.to_artifact()?.write_file("word_count.plugix")?;
//!
//! // Elsewhere: look at the file, and load it without compiling.
//! let artifact = Artifact::read_file("word_count.plugix")?;
//! println!("{} by Plugix {}", artifact.name(), artifact.origin().plugix);
//! let engine = Engine::new()?;
//! // SAFETY: we wrote this file, and nobody else could change it.
//! let module = unsafe { engine.load_artifact(&artifact) }?;
//!
//! // What the user's cache has:
//! for entry in Cache::user()?.entries()? {
//!     println!("{}: {} bytes", entry.file, entry.size);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This module knows nothing of how code runs: no policy, no instance, no plugin.

mod artifact;
mod cache;
mod child;
mod compilation;
mod compiler;
mod cpu;
pub(crate) mod perf;

pub use artifact::{Artifact, Origin};
pub use cache::{Cache, CacheEntry};
pub use child::ChildCompiler;
pub(crate) use child::{confine, run_if_asked};
pub use cpu::Cpu;

/// What other programs are told about compiled code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profiling {
    /// Nothing.
    #[default]
    Off,
    /// Linux's `perf` is told the functions' names: in `/tmp/perf-PID.map`, where it looks for them. The file stays when the
    /// process has ended.
    PerfMap,
}

pub(crate) use artifact::{MAGIC, is_artifact, with_header};
pub(crate) use cache::Kept;
pub(crate) use child::Order;
pub(crate) use compilation::Compilation;
pub(crate) use compiler::{Compiler, Optimization, Stopping};
