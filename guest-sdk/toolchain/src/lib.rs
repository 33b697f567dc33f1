//! Finds or composes a toolchain for `wasm32-wasmer-wasi` and builds plugin crates with it.
//!
//! The target is not one of rustc's own, so there are two ways to a toolchain, tried in this order:
//!
//! 1. one that is **installed**: the folder in `PLUGIX_TOOLCHAIN`, or rustup's toolchain named `wasix`;
//! 2. one that is **composed** of a rustc with the sources of its standard library, and wasix-libc. The rustc is a
//!    rustup toolchain that has `rust-src`, else Debian's. wasix-libc is the folder in `PLUGIX_WASIX_SYSROOT`, else the
//!    system's, else Debian's. The standard library is built once and kept in a per-user cache.
//!
//! A composed toolchain also compiles crates of crates.io from copies that know the target, where upstream doesn't, and
//! their C code with a clang: the one in `PLUGIX_CLANG`, else one on `PATH`, else Debian's, which is fetched when a crate
//! has C code.
//!
//! Nothing is written outside of that cache, nothing is installed, and a warm cache needs no network.
//!
//! ```no_run
//! use plugix_toolchain::{Build, Progress, Toolchain};
//!
//! let toolchain = Toolchain::ensure(Progress::stderr())?;
//! for module in toolchain.build(&Build::new("Cargo.toml").package("my-plugin"), Progress::stderr())? {
//!     println!("{}: {}", module.target, module.path.display());
//! }
//! # Ok::<_, plugix_toolchain::Error>(())
//! ```

mod action;
mod build;
mod c_compiler;
mod cache;
mod cargo;
mod clang;
mod clippy;
mod compiler;
mod debian;
mod environment;
mod error;
mod files;
mod lacking;
mod libc;
mod library;
mod manifests;
mod overlay;
mod process;
mod programs;
mod progress;
mod provider;
mod replacements;
mod rustc;
mod settings;
mod std_build;
mod survey;
mod target_spec;
mod test;
#[cfg(test)]
mod tests;
mod toolchain;
mod workspace;

pub use action::Action;
pub use build::{Build, Module, ModuleKind};
pub use cache::Cache;
pub use environment::{CACHE_VAR, CLANG_VAR, Environment, SYSROOT_VAR, TOOLCHAIN_VAR};
pub use error::Error;
pub use library::Library;
pub use programs::debian_programs;
pub use progress::Progress;
pub use provider::{Candidate, Verdict};
pub use settings::Settings;
pub use survey::Survey;
pub use target_spec::TARGET;
pub use test::Run as TestRun;
pub use toolchain::Toolchain;
pub use workspace::{Package, Workspace};

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
