//! The names that a plugin has looked up, and where they led.

use super::rule::usual_form;
use super::rules::Network;
use crate::events::{Event, Events, LimitKind};
use crate::stop::Halt;
use crate::sync::lock::lock;
use futures::future::{Either, select};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, oneshot};
use virtual_net::NetworkError;

/// How many names one plugin can look up.
const MAX_NAMES: usize = 1024;

/// How many addresses of a name are kept.
const MAX_ADDRESSES: usize = 32;

/// How many look-ups one plugin can have under way. Each has a thread while it lasts, because the system's resolver
/// blocks and can't be interrupted. The thread of a stopped plugin ends by itself.
const MAX_LOOKUPS: usize = 2;

type Resolver = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// The names of one plugin. A name leads to the same addresses for as long as the plugin lives. So nobody can point it
/// elsewhere later.
pub(super) struct Names {
    resolver: Resolver,
    lookups: Arc<Semaphore>,
    pinned: Mutex<Pinned>,
}

#[derive(Debug, Default)]
struct Pinned {
    addresses: HashMap<String, Vec<IpAddr>>,
    names: HashMap<IpAddr, Vec<String>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self::with(Arc::new(|name| Ok((name, 0).to_socket_addrs()?.map(|found| found.ip()).collect())))
    }

    fn with(resolver: Resolver) -> Self {
        Self { resolver, lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)), pinned: Mutex::default() }
    }

    /// The names that led to this address.
    pub(super) fn of(&self, address: IpAddr) -> Vec<String> {
        lock(&self.pinned).names.get(&address.to_canonical()).cloned().unwrap_or_default()
    }

    /// The addresses of a name, if the plugin may know them.
    pub(super) async fn resolve(
        &self,
        host: &str,
        rules: &Network,
        events: &Events,
        halt: &Halt,
    ) -> Result<Vec<IpAddr>, NetworkError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        let name = usual_form(host).map_err(|_| NetworkError::InvalidInput)?;
        let denied = |target: String| {
            events.report(Event::Denied { operation: "look up", target });
            NetworkError::PermissionDenied
        };
        if !rules.allows_name(&name) {
            return Err(denied(name));
        }
        if let Some(known) = lock(&self.pinned).addresses.get(&name) {
            return Ok(known.clone());
        }
        if lock(&self.pinned).addresses.len() >= MAX_NAMES {
            events.report(Event::LimitReached { limit: LimitKind::Names, allowed: MAX_NAMES as u64 });
            return Err(NetworkError::InsufficientMemory);
        }
        let found = match rules.host_addresses(&name) {
            Some(addresses) => addresses.to_vec(),
            None => {
                let found = self.look_up(&name, halt).await?;
                let allowed = |address: &IpAddr| rules.allows_answer(&name, *address);
                match found.iter().copied().filter(allowed).collect::<Vec<_>>() {
                    allowed if allowed.is_empty() && !found.is_empty() => {
                        return Err(denied(format!("{name} at {}", found[0])));
                    }
                    allowed => allowed,
                }
            }
        };
        Ok(lock(&self.pinned).pin(name, found))
    }

    /// Asks the resolver, on a thread of its own.
    async fn look_up(&self, name: &str, halt: &Halt) -> Result<Vec<IpAddr>, NetworkError> {
        let lookup = async {
            let permit = self.lookups.clone().acquire_owned().await.map_err(|_| NetworkError::IOError)?;
            let (answer, answered) = oneshot::channel();
            let resolver = self.resolver.clone();
            let owned = name.to_owned();
            std::thread::Builder::new()
                .name("plugix-resolve".into())
                .spawn(move || {
                    // Nobody listens any more if the plugin was stopped.
                    let _ = answer.send(resolver(&owned));
                    drop(permit);
                })
                .map_err(|_| NetworkError::InsufficientMemory)?;
            answered.await.map_err(|_| NetworkError::IOError)
        };
        let found = match select(pin!(lookup), pin!(halt.stopped())).await {
            Either::Left((found, _)) => found?.map_err(|_| NetworkError::AddressNotAvailable)?,
            Either::Right(_) => return Err(NetworkError::ConnectionAborted),
        };
        let mut addresses: Vec<_> = found.into_iter().map(|address| address.to_canonical()).collect();
        addresses.dedup();
        addresses.truncate(MAX_ADDRESSES);
        Ok(addresses)
    }
}

impl Pinned {
    /// Keeps where a name led, unless another thread was first.
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

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Names").field(&*lock(&self.pinned)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use std::sync::atomic::{AtomicU8, Ordering};

    fn resolve(names: &Names, host: &str, rules: &Network) -> Result<Vec<IpAddr>, NetworkError> {
        block_on(names.resolve(host, rules, &Events::new("test", None), &Halt::default()))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_keeps_where_it_led_first() {
        let last = AtomicU8::new(0);
        let names = Names::with(Arc::new(move |_| Ok(vec![[8, 8, 8, last.fetch_add(1, Ordering::Relaxed)].into()])));
        let rules = Network::new().connect_tcp("example.com:443").unwrap();
        assert_eq!(resolve(&names, "example.com", &rules), Ok(vec![ip("8.8.8.0")]));
        assert_eq!(resolve(&names, "EXAMPLE.com.", &rules), Ok(vec![ip("8.8.8.0")]));
        assert_eq!(names.of(ip("::ffff:8.8.8.0")), ["example.com"]);
        assert!(names.of(ip("8.8.8.1")).is_empty());
    }

    #[test]
    fn a_name_never_leads_to_a_private_address_unless_a_rule_says_so() {
        let names = Names::with(Arc::new(|_| Ok(vec![ip("127.0.0.1"), ip("::ffff:10.0.0.1")])));
        let rules = Network::new().connect_tcp("example.com:443").unwrap();
        assert_eq!(resolve(&names, "example.com", &rules), Err(NetworkError::PermissionDenied));
        let rules = rules.connect_tcp("10.0.0.0/8:1").unwrap();
        assert_eq!(resolve(&names, "example.com", &rules), Ok(vec![ip("10.0.0.1")]));
        let fixed = Network::new().connect_tcp("db.internal:1").unwrap().host("db.internal", [ip("10.0.0.5")]).unwrap();
        assert_eq!(resolve(&names, "db.internal", &fixed), Ok(vec![ip("10.0.0.5")]));
    }

    #[test]
    fn no_other_name_reaches_the_resolver() {
        let names = Names::with(Arc::new(|name| panic!("asked for {name}")));
        let rules = Network::new().connect_tcp("*.example.com:443").unwrap();
        assert_eq!(resolve(&names, "example.com", &rules), Err(NetworkError::PermissionDenied));
        assert_eq!(resolve(&names, "example.com:80/..", &rules), Err(NetworkError::InvalidInput));
        assert_eq!(resolve(&names, "10.0.0.1", &rules), Ok(vec![ip("10.0.0.1")]));
    }

    #[test]
    fn a_stop_ends_a_look_up() {
        let names = Names::with(Arc::new(|_| {
            std::thread::sleep(std::time::Duration::from_secs(2));
            Ok(Vec::new())
        }));
        let rules = Network::new().connect_tcp("example.com:443").unwrap();
        let (halt, events) = (Halt::default(), Events::new("test", None));
        let stopper = halt.clone();
        let started = std::time::Instant::now();
        let thread = std::thread::spawn(move || stopper.stop());
        let outcome = block_on(names.resolve("example.com", &rules, &events, &halt));
        assert_eq!(outcome, Err(NetworkError::ConnectionAborted));
        assert!(started.elapsed() < std::time::Duration::from_secs(1));
        thread.join().unwrap();
    }
}
