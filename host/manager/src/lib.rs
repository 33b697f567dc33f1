//! Plugins as an application keeps them.

pub use plugix_store as store;
