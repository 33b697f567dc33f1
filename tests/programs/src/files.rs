//! Programs that use files.

pub mod appending;
pub mod contents;
pub mod creating;
pub mod current;
pub mod errors;
pub mod links;
pub mod listing;
pub mod locking;
pub mod permissions;
pub mod random;
pub mod replacing;
pub mod syncing;
pub mod times;
pub mod watching;
