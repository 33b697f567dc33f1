//! A fleet beside the console's own plugins.

use crate::start_with;
use anyhow::Result;
use plugix_fleet::Fleet;
use plugix_fleet::serve::{Backend, Server};
use plugix_fleet::ship::{Deployments, Host, Hosts, Release, Runner, Signed, Trust};
use plugix_nats::Server as Nats;
use plugix_store::ContentHash;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Starts nothing.
struct Nothing;

impl Runner for Nothing {
    fn start(&self, _: &Release, _: &[u8]) -> Result<Arc<dyn Backend>, String> {
        Err("it <b>doesn't</b> start".to_owned())
    }
}

#[test]
fn what_a_fleet_runs_is_shown() -> Result<()> {
    let (home, nats) = (tempfile::tempdir()?, Nats::start()?);
    let fleet = Fleet::connect(&nats.url())?;
    let deployments = Deployments::open(&fleet)?;
    let host = Host::builder(&Server::builder(&fleet, "host-1").build()?, Arc::new(Nothing));
    let host = host.trust(Trust::Anybody).start()?;
    let module = b"no module";
    let (plugin, version, hash) = ("words".to_owned(), "1.0".to_owned(), ContentHash::of(module));
    let release = Release { plugin, version, module: hash, hosts: Hosts::All, instances: 1, policy: String::new() };
    deployments.apply(&Signed { text: release.to_text()?, signatures: Vec::new() }, module)?;
    let (client, running) = start_with(home.path(), |console| console.show_fleet(deployments))?;
    let end = Instant::now() + Duration::from_secs(60);
    let shown = loop {
        let shown = client.done("GET", "/api/fleet", b"")?["fleet"].take();
        if shown["hosts"][0]["plugins"][0]["state"] == "failed" {
            break shown;
        }
        assert!(Instant::now() < end, "{shown:#}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(shown["plugins"][0]["release"]["version"], "1.0", "{shown:#}");
    assert_eq!(shown["hosts"][0]["plugins"][0]["problem"], "it <b>doesn't</b> start");
    running.end();
    host.stop();
    Ok(())
}

#[test]
fn a_console_without_a_fleet_says_so() -> Result<()> {
    let client = crate::start()?;
    assert_eq!(client.done("GET", "/api/fleet", b"")?, json!({ "fleet": Value::Null }));
    Ok(())
}
