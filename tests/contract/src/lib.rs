//! The interfaces that the end-to-end tests and their plugins share.

pub mod bench;
pub mod host;
pub mod typed;
