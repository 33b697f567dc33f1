//! `#[plugin]` outside of a plugin, as in a plugin's own unit tests: everything is there but the host.

use plugix_guest::{HostError, Plugin, abi, host, plugin};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU32, Ordering};

#[plugix_abi::interface(version = "1")]
trait Counts {
    fn count(&self, by: u32) -> u32;
}

#[plugix_abi::interface(version = "1", name = "resets")]
trait Resets {
    fn reset(&self) -> Result<(), String>;
    fn can_reset(&self) -> bool {
        true
    }
}

#[plugix_abi::interface(version = "1")]
trait HostApi {
    fn limit(&self) -> u32;
    fn name(&self, short: bool) -> Result<String, u8> {
        if short { Err(1) } else { Ok("nobody".into()) }
    }
}

plugix_guest::uses!(HostApi);

#[derive(Serialize, Deserialize, abi::Schema)]
#[schema(crate = plugix_guest::abi)]
struct Settings {
    start: u32,
}

struct Counter(AtomicU32);

#[plugin(description = "Counts", threads = 1, memory = "1 MiB")]
impl Plugin for Counter {
    type Config = Settings;

    fn new(settings: Settings) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self(settings.start.into()))
    }
}

#[plugin]
impl Counts for Counter {
    fn count(&self, by: u32) -> u32 {
        self.0.fetch_add(by, Ordering::Relaxed) + by
    }
}

#[plugin]
impl Resets for Counter {
    fn reset(&self) -> Result<(), String> {
        self.0.store(0, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_plugin_can_be_tested_as_it_is() {
    let counter = Counter::new(Settings { start: 3 }).unwrap();
    assert_eq!(counter.count(2), 5);
    counter.reset().unwrap();
    assert!(counter.can_reset());
    assert_eq!(counter.count(2), 2);
}

#[test]
fn no_host_provides_nothing() {
    let host = host::<dyn HostApi>();
    assert_eq!(host.limit(), Err(HostError::NotProvided { since: None }));
    assert_eq!(host.name(false).unwrap(), "nobody");
    assert_eq!(host.name(true), Err(abi::CallError::Returned(1)));
}
