//! A web server, an OCI registry and a disk for tests: on this machine alone, and as hostile as a test wants them.

mod faults;
mod module;
mod registry;
mod server;

pub use faults::{Fault, Faults};
pub use module::module;
pub use registry::{Registry, digest_of};
pub use server::{Answer, Request, Server};
