//! Programs that use sockets of the loopback interface.

pub mod datagrams;
pub mod refused;
pub mod settings;
pub mod streams;
