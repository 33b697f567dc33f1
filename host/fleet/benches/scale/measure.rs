//! One size of a fleet, measured.

use crate::kit::{EVERYWHERE, MODULE, NAP, Shipper, Work, host_name, plugin_name};
use crate::model::Model;
use crate::observer::Observer;
use crate::server::{Traffic, kept, subscriptions};
use crate::table::{EXACT, NEAR, Table};
use anyhow::Result;
use plugix_fleet::ship::{Host, Hosts};
use plugix_nats::Server;
use serde_json::json;
use std::time::Duration;

/// The plugins that each host has alone.
const PLUGINS: usize = 20;

/// How many ticks of each host are measured.
const TICKS: f64 = 2.0;

/// How many calls are measured.
const CALLS: u32 = 500;

/// A fleet that grows.
pub(crate) struct Growing {
    nats: Server,
    shipper: Shipper,
    observer: Observer,
    hosts: Vec<Host>,
    /// The version of the plugin that all hosts have.
    version: usize,
    revision: u64,
    /// On how many hosts each of its updates was.
    updates: Vec<usize>,
}

impl Growing {
    pub(crate) fn new() -> Result<Self> {
        let nats = Server::start()?;
        let (shipper, observer) = (Shipper::new(&nats.url())?, Observer::new(&nats.url())?);
        let revision = shipper.apply(EVERYWHERE, 1, Hosts::All)?;
        Ok(Self { nats, shipper, observer, hosts: Vec::new(), version: 1, revision, updates: Vec::new() })
    }

    /// Measures so many hosts.
    pub(crate) fn measure(&mut self, hosts: usize, table: &mut Table) -> Result<()> {
        while self.hosts.len() < hosts {
            self.add()?;
        }
        if self.updates.is_empty() {
            // The first turn of a plugin costs less: nobody has had one.
            self.update()?;
        }
        let model = Model { hosts, plugins: PLUGINS, shared: 1 };
        let of = |what: &str| model.row(what);
        table.row(of("subscriptions"), "", subscriptions(&self.nats)?, model.subscriptions(), Some(EXACT));
        self.keeps(model, table)?;
        self.rests(model, table)?;
        let (bytes, seconds) = self.observer.ask_all("$SRV.PING", model.served() as usize)?;
        table.row(of("bytes of all answers to $SRV.PING"), "B", bytes, model.ping_bytes(), Some(NEAR));
        println!("{:56}  {:>12.2}  ms", of("time of all answers to $SRV.PING"), seconds * 1e3);
        self.calls(model, table)?;
        let (_, trip) = self.observer.ask("$JS.API.INFO", &json!({}))?;
        let before = Traffic::of(&self.nats)?;
        let seconds = self.update()?;
        let [sent, delivered] = model.update(hosts);
        // The observer asks for its watch, and hears each time how the hosts are.
        let traffic = Traffic::of(&self.nats)? - before;
        let own = 2.0 + 3.0 * hosts as f64 + hosts as f64;
        table.row(of("messages in, of an update on all hosts"), "", traffic.messages_in - 2.0, sent, Some(NEAR));
        table.row(of("messages out, of that update"), "", traffic.messages_out - own, delivered, Some(NEAR));
        let steps = Model::steps_of_update(hosts);
        table.row(of("time of that update"), "ms", seconds * 1e3, steps * trip * 1e3, None);
        let (_, trip) = self.observer.ask("$JS.API.INFO", &json!({}))?;
        let seconds = self.overview()?;
        table.row(of("time of an overview"), "ms", seconds * 1e3, model.overview() * trip * 1e3, None);
        Ok(())
    }

    /// Starts one more host, with plugins of its own.
    fn add(&mut self) -> Result<()> {
        let host = self.hosts.len();
        let (name, url) = (host_name(host), self.nats.url());
        let Self { observer, shipper, hosts, revision, .. } = self;
        observer.until(host + 1, PLUGINS + 1, || {
            hosts.push(shipper.host(&url, &name)?);
            for plugin in 0..PLUGINS {
                shipper.apply(&plugin_name(host, plugin), 1, Hosts::Named(vec![name.clone()]))?;
            }
            Ok((EVERYWHERE.to_owned(), *revision))
        })?;
        Ok(())
    }

    /// What JetStream keeps.
    fn keeps(&self, model: Model, table: &mut Table) -> Result<()> {
        let of = |what: &str| model.row(what);
        let bucket = kept(&self.nats, "KV_plugix-fleet")?;
        table.row(
            of("messages of plugix-fleet"),
            "",
            bucket.messages,
            model.bucket_messages(&self.updates),
            Some(EXACT),
        );
        table.row(of("bytes of plugix-fleet"), "B", bucket.bytes, model.bucket_bytes(&self.updates), Some(NEAR));
        let bucket = kept(&self.nats, "KV_plugix-hosts")?;
        table.row(of("bytes of plugix-hosts"), "B", bucket.bytes, model.hosts_bytes(), Some(NEAR));
        let modules = model.releases() + self.updates.len() as f64;
        let store = kept(&self.nats, "OBJ_plugix-modules")?;
        table.row(of("bytes of plugix-modules"), "B", store.bytes, Model::store_bytes(modules, MODULE), Some(NEAR));
        println!(
            "{:56}  {:>12}  of modules that were fetched",
            of("consumers that are left for 30 s"),
            store.consumers
        );
        Ok(())
    }

    /// What the hosts say while nobody calls.
    fn rests(&self, model: Model, table: &mut Table) -> Result<()> {
        let seconds = TICKS * model.tick();
        let before = Traffic::of(&self.nats)?;
        std::thread::sleep(Duration::from_secs_f64(seconds));
        let traffic = Traffic::of(&self.nats)? - before;
        for (what, unit, measured, model_) in [
            ("messages in, at rest", "1/s", traffic.messages_in, model.messages_in()),
            ("messages out, at rest", "1/s", traffic.messages_out, model.messages_out()),
            ("bytes in, at rest", "B/s", traffic.bytes_in, model.bytes_in()),
            ("bytes out, at rest", "B/s", traffic.bytes_out, model.bytes_out()),
        ] {
            table.row(model.row(what), unit, measured / seconds, model_, Some(NEAR));
        }
        Ok(())
    }

    /// What a call costs, and one that takes long.
    fn calls(&self, model: Model, table: &mut Table) -> Result<()> {
        let work = self.shipper.fleet.bind::<dyn Work>()?;
        let of = |what: &str| model.row(what);
        let before = Traffic::of(&self.nats)?;
        (0..CALLS).try_for_each(|_| work.nothing())?;
        let traffic = Traffic::of(&self.nats)? - before;
        let both = |traffic: Traffic| traffic.messages_in + traffic.messages_out;
        let [sent, delivered] = model.call(0.0);
        table.row(of("messages of a call"), "", both(traffic) / f64::from(CALLS), sent + delivered, Some(NEAR));
        let before = Traffic::of(&self.nats)?;
        work.nap()?;
        let own = NAP.as_secs_f64() * (model.messages_in() + model.messages_out());
        let measured = both(Traffic::of(&self.nats)? - before) - own;
        let [sent, delivered] = model.call(NAP.as_secs_f64());
        table.row(of("messages of a call of 2.5 s"), "", measured, sent + delivered, Some(NEAR));
        Ok(())
    }

    /// Has all hosts exchange the plugin that they have in common. Returns the seconds until all serve the next version.
    fn update(&mut self) -> Result<f64> {
        self.version += 1;
        let (hosts, version) = (self.hosts.len(), self.version);
        let Self { observer, shipper, revision, .. } = self;
        let seconds = observer.until(hosts, PLUGINS + 1, || {
            *revision = shipper.apply(EVERYWHERE, version, Hosts::All)?;
            Ok((EVERYWHERE.to_owned(), *revision))
        })?;
        self.updates.push(hosts);
        Ok(seconds)
    }

    fn overview(&self) -> Result<f64> {
        let begun = std::time::Instant::now();
        self.shipper.deployments.overview()?;
        Ok(begun.elapsed().as_secs_f64())
    }
}
