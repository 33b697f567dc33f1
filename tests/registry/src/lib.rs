//! A web server and an OCI registry for tests: on this machine alone, and as hostile as a test wants them.

mod module;
mod registry;
mod server;

pub use module::module;
pub use registry::{Registry, digest_of};
pub use server::{Answer, Request, Server};
