//! Plugins as an application keeps them.

pub mod policy;

pub use plugix_store as store;
