//! The interfaces that the end-to-end tests and their plugins share.

pub mod bench;
pub mod counting;
pub mod endless;
pub mod evolve;
pub mod extra;
pub mod host;
pub mod lies;
pub mod remains;
pub mod shared;
pub mod small;
pub mod spans;
pub mod streams;
pub mod typed;
pub mod versions;
