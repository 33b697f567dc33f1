//! What a plugin may reach over the network: rules, the names that led to addresses, and the gate before each operation.

mod gate;
mod lookup;
mod names;
mod permits;
mod rules;
mod unix;

pub(crate) use gate::{Gate, SharedPort, Slot};
pub(crate) use rules::Protocol;

pub use plugix_requests::network::NetworkRuleError;
pub use rules::{Network, Reach};

use crate::{Errno, Result, System, Thread};
use std::net::{IpAddr, SocketAddr};

/// Bytes of the longest host name that is looked at.
const MAX_HOST: usize = 255;

/// The address as it is meant: an IPv4 address that is written as an IPv6 one is an IPv4 address.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

impl System {
    /// The addresses of a host name: at most `most`, and 32 in any case.
    ///
    /// # Errors
    /// [`Errno::Inval`] if it is no name, [`Errno::Perm`] if the plugin may not know them, [`Errno::Addrnotavail`] if it
    /// has none, [`Errno::Nomem`] if the plugin knows too many names.
    pub fn resolve(&self, thread: &Thread, host: &[u8], most: usize) -> Result<Vec<IpAddr>> {
        let host = str::from_utf8(host).ok().filter(|host| host.len() <= MAX_HOST).ok_or(Errno::Inval)?;
        let mut addresses = self.gate.resolve(thread, host)?;
        addresses.truncate(most);
        Ok(addresses)
    }
}
