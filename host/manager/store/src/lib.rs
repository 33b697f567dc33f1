//! Where plugins come from, and how they are kept. Modules are bytes here: this crate knows no engine.

pub mod grants;
pub mod hash;

pub use hash::ContentHash;
