//! The names that a plugin looked up, and where they led.

use super::lookup::Resolver;
use super::rules::Network;
use crate::report::{Limit, Report};
use crate::{Errno, Result, Thread};
use plugix_requests::network::usual_form;
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names that one plugin can have looked up.
const MAX_NAMES: usize = 1024;

/// Addresses of a name that are kept.
const MAX_ADDRESSES: usize = 32;

/// The names of one plugin. What a name led to once holds as long as the plugin lives, so that nobody can point it
/// elsewhere later.
pub(super) struct Names {
    resolver: Resolver,
    pinned: Mutex<Pinned>,
}

#[derive(Debug, Default)]
struct Pinned {
    addresses: HashMap<String, Vec<IpAddr>>,
    names: HashMap<IpAddr, Vec<String>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self::with(Resolver::new())
    }

    fn with(resolver: Resolver) -> Self {
        Self { resolver, pinned: Mutex::default() }
    }

    /// The names that led to an address.
    pub(super) fn of(&self, address: IpAddr) -> Vec<String> {
        self.lock().names.get(&address.to_canonical()).cloned().unwrap_or_default()
    }

    /// The addresses of a name, if the plugin may know them.
    pub(super) fn resolve(
        &self,
        thread: &Thread,
        host: &str,
        rules: &Network,
        report: &dyn Report,
    ) -> Result<Vec<IpAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        let name = usual_form(host).map_err(|_| Errno::Inval)?;
        let denied = |target: &str| {
            report.denied("look up", target);
            Errno::Perm
        };
        if !rules.allows_name(&name) {
            return Err(denied(&name));
        }
        if let Some(known) = self.lock().addresses.get(&name) {
            return Ok(known.clone());
        }
        if self.lock().addresses.len() >= MAX_NAMES {
            report.limit_reached(Limit::Names, MAX_NAMES as u64);
            return Err(Errno::Nomem);
        }
        let found = match rules.host_addresses(&name) {
            Some(addresses) => addresses.to_vec(),
            None => {
                let found = self.look_up(thread, &name)?;
                let allowed = |address: &IpAddr| rules.allows_answer(&name, *address);
                match found.iter().copied().filter(allowed).collect::<Vec<_>>() {
                    allowed if allowed.is_empty() && !found.is_empty() => {
                        return Err(denied(&format!("{name} at {}", found[0])));
                    }
                    allowed => allowed,
                }
            }
        };
        Ok(self.lock().pin(name, found))
    }

    fn look_up(&self, thread: &Thread, name: &str) -> Result<Vec<IpAddr>> {
        let found = self.resolver.look_up(thread, name)?;
        let mut addresses: Vec<_> = found.into_iter().map(|address| address.to_canonical()).collect();
        addresses.dedup();
        addresses.truncate(MAX_ADDRESSES);
        Ok(addresses)
    }

    fn lock(&self) -> MutexGuard<'_, Pinned> {
        // Nothing panics while it holds the lock with the maps half changed.
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pinned {
    /// Keeps what a name led to, unless another thread was first.
    fn pin(&mut self, name: String, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        if let Some(known) = self.addresses.get(&name) {
            return known.clone();
        }
        for address in &addresses {
            self.names.entry(*address).or_default().push(name.clone());
        }
        self.addresses.insert(name, addresses.clone());
        addresses
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Names").field(&*self.lock()).finish()
    }
}

#[cfg(test)]
mod tests;
