//! NATS servers for tests: found or fetched, alone or three together, and a network between them and their clients.
//!
//! Each server is a real `nats-server` on this machine alone. A server ends with its value, and with the test's process.
//! No client library is here: a test brings the one that it tests.
//!
//! ```no_run
//! use plugix_nats::{Mode, Proxy, Server};
//!
//! let mut server = Server::start()?;
//! let network = Proxy::start(server.address())?;
//! println!("a client connects to {}", network.url());
//! network.set(Mode::Drop);
//! server.kill();
//! server.restart()?;
//! # anyhow::Ok(())
//! ```

mod builder;
mod cluster;
mod find;
mod monitor;
mod ports;
mod process;
mod proxy;
mod server;
#[cfg(test)]
mod tests;
mod tls;

pub use builder::Builder;
pub use cluster::Cluster;
pub use find::{find, find_or_skip};
pub use proxy::{Mode, Proxy};
pub use server::Server;
pub use tls::Tls;
