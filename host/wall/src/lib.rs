//! Locks the process in that calls it, before it runs code that nobody trusts.
//!
//! A [`Wall`] says what is left: files, ports, memory. It goes up in two steps, because the kernel has two means.
//!
//! 1. [`Wall::enclose`], while the process has one thread: limits, capabilities, and Landlock, which threads inherit
//!    from the one that starts them.
//! 2. [`Enclosed::seal`], when what the process needs is loaded and its threads are there: a filter of system calls
//!    (seccomp), on all threads at once. From then on it starts threads but no process, and gets no new machine code.
//!
//! [`Wall::raise`] is both. None of it can be undone.
//!
//! This crate knows nothing of plugins, modules or engines.

#![cfg(target_os = "linux")]

mod calls;
mod condition;
mod enclosed;
mod error;
mod files;
mod filter;
mod kernel;
mod lack;
mod limits;
mod process;
mod wall;

pub use enclosed::{Enclosed, Raised};
pub use error::WallError;
pub use lack::{Lack, Part};
pub use process::{close_all_but, die_with_parent};
pub use wall::{Need, Wall};

/// The example of the page compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Page;
