//! What a plugin may reach over the network: rules, the names that led to addresses, and the gate before each operation.

mod address;
mod gate;
mod lookup;
mod names;
mod permits;
mod rule;
mod rules;
mod unix;

pub(crate) use address::canonical;
pub(crate) use gate::{Gate, SharedPort, Slot};
pub(crate) use rules::Protocol;

pub use rule::NetworkRuleError;
pub use rules::Network;

use crate::{Errno, Result, System, Thread};
use std::net::IpAddr;

/// Bytes of the longest host name that is looked at.
const MAX_HOST: usize = 255;

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
