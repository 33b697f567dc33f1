//! The work that `cargo xtask bench io` times comes to its end in a plugin.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::work::{KINDS, Kind};
use plugix_host::Policy;
use plugix_host::policy::{Access, Network};
use std::time::Duration;

/// For tests that fail.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn of_each_kind() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let network = Network::new().listen_tcp("127.0.0.1:0")?.connect_tcp("127.0.0.1:*")?;
    let policy = Policy::new().mount(folder.path(), "/data", Access::ReadWrite).network(network).call_deadline(LIMIT);
    let plugin = plugin("programs", &policy);
    for Kind { name, .. } in KINDS {
        assert!(call(&plugin, "work", format!("{name} /data 20"))?.parse::<u64>()? > 0, "{name}");
    }
    Ok(())
}

/// A wake-up that is lost ends all turns of the eight threads. `cargo xtask soak` does it for a minute.
#[test]
fn of_eight_threads() -> Result<()> {
    let plugin = plugin("programs", &Policy::new().call_deadline(LIMIT));
    for work in ["ring / 2000", "tokens / 2000"] {
        for _ in 0..5 {
            call(&plugin, "work", work)?;
        }
    }
    Ok(())
}
