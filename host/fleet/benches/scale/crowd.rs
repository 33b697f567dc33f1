//! A large fleet as one real host sees it: the others are entries of the bucket, and most releases are for nobody.

use crate::code::SILENT;
use crate::kit::{EVERYWHERE, Shipper, host_name, plugin_name, release};
use crate::model::{Model, hashes_of_pass};
use crate::observer::Observer;
use crate::table::{NEAR, Table};
use anyhow::Result;
use plugix_fleet::ship::{Health, Hosts, Signed};
use plugix_nats::Server;
use plugix_store::ContentHash;
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio_util::task::AbortOnDropHandle;

/// The sizes: releases, and hosts that live. The buckets keep what was there before, so no number is smaller than the one
/// before it. A program that isn't optimized takes a tenth of the releases.
const SIZES: [(usize, usize); 4] = [(200, 25), (400, 25), (400, 50), (400, 100)];
const PART: usize = if cfg!(debug_assertions) { 10 } else { 1 };

/// The passes of the loop from a release to the plugin that serves: the release is heard, the turn is heard, and the version
/// has started.
const PASSES: f64 = 3.0;

/// Measures how a host keeps up with a fleet that grows.
pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let nats = Server::start()?;
    let (shipper, observer) = (Shipper::new(&nats.url())?, Observer::new(&nats.url())?);
    let mut version = 1;
    for (releases, hosts) in SIZES {
        let releases = releases / PART;
        publish(&observer, releases)?;
        let _crowd = crowd(&observer, hosts)?;
        let mut apply = || {
            version += 1;
            anyhow::Ok((EVERYWHERE.to_owned(), shipper.apply(EVERYWHERE, version, Hosts::All)?))
        };
        let (plugin, revision) = apply()?;
        let mut host = None;
        let start = observer.until(1, 1, || {
            host = Some(shipper.host(&nats.url(), &host_name(0))?);
            Ok((plugin, revision))
        })?;
        let seconds = observer.until(1, 1, apply)?;
        let of = |what: &str| format!("{releases} releases, {hosts} hosts: {what}");
        let hash = seconds_of_hash();
        let (_, trip) = observer.ask("$JS.API.INFO", &json!({}))?;
        let model = PASSES * hashes_of_pass(releases, hosts) * hash + Model::steps_of_update(1) * trip;
        table.row(of("from a release to its plugin"), "ms", seconds * 1e3, model * 1e3, Some(NEAR));
        println!("{:56}  {:>12.2}  ms", of("from a host's start to its plugin"), start * 1e3);
        host.into_iter().for_each(plugix_fleet::ship::Host::stop);
    }
    println!("a hash takes {:.0} ns here", seconds_of_hash() * 1e9);
    let question = json!({ "offset": 0, "deleted_details": false, "subjects_filter": "$KV.plugix-hosts.>" });
    for hosts in [100, 1000] {
        let _crowd = crowd(&observer, hosts)?;
        let (bytes, seconds) = observer.ask("$JS.API.STREAM.INFO.KV_plugix-hosts", &question)?;
        let model = Model { hosts, plugins: 0, shared: 0 };
        table.row(
            format!("{hosts} hosts: bytes of the answer to who lives"),
            "B",
            bytes,
            model.who_lives(),
            Some(NEAR),
        );
        println!("{:56}  {:>12.2}  ms", format!("{hosts} hosts: time of that answer"), seconds * 1e3);
    }
    Ok(())
}

/// Puts releases into the bucket that are for no host, but have a number of hosts, so that each host computes for which.
fn publish(observer: &Observer, releases: usize) -> Result<()> {
    let store = observer.bucket("plugix-fleet")?;
    for plugin in 0..releases {
        let name = plugin_name(1, plugin);
        let text = release(&name, 1, Hosts::Count(0)).to_text()?;
        let value = serde_json::to_vec(&Signed { text, signatures: Vec::new() })?;
        observer.runtime.block_on(store.put(format!("plugin.{name}"), value.into()))?;
    }
    Ok(())
}

/// Has so many hosts live, but for one, until the handle goes. They run nothing.
fn crowd(observer: &Observer, hosts: usize) -> Result<AbortOnDropHandle<()>> {
    let store = observer.bucket("plugix-hosts")?;
    let entries: Vec<_> = (1..hosts)
        .map(|host| {
            let (host, instance, plugix) = (host_name(host), "x".repeat(22), "0.1.0".to_owned());
            let health = Health { host: host.clone(), instance, plugix, plugins: Vec::new() };
            Ok((host, serde_json::to_vec(&health)?))
        })
        .collect::<Result<_>>()?;
    let put = async move {
        for (host, value) in &entries {
            let _ = store.put(host, value.clone().into()).await;
        }
        (store, entries)
    };
    let (store, entries) = observer.runtime.block_on(put);
    let again = async move {
        let mut again = tokio::time::interval(Duration::from_secs_f64(SILENT / 4.0));
        loop {
            again.tick().await;
            for (host, value) in &entries {
                let _ = store.put(host, value.clone().into()).await;
            }
        }
    };
    Ok(AbortOnDropHandle::new(observer.runtime.spawn(again)))
}

/// What a hash of a plugin and a host takes, as `ship/placement.rs` computes it.
fn seconds_of_hash() -> f64 {
    const COUNT: u32 = 20_000;
    let (plugin, host) = (plugin_name(0, 0), host_name(0));
    let begun = Instant::now();
    for _ in 0..COUNT {
        let (plugin, host) = black_box((&plugin, &host));
        black_box(ContentHash::of(format!("{plugin}\0{host}").as_bytes()));
    }
    begun.elapsed().as_secs_f64() / f64::from(COUNT)
}
