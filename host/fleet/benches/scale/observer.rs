//! A client that speaks NATS by itself: it watches, and asks as tools do.

use anyhow::{Context as _, Result, ensure};
use async_nats::jetstream::{self, kv};
use async_nats::{Client, Message};
use futures::StreamExt as _;
use plugix_fleet::ship::{Health, State};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A client that is no part of the fleet.
pub(crate) struct Observer {
    pub(crate) client: Client,
    pub(crate) runtime: Runtime,
}

impl Observer {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let options = async_nats::ConnectOptions::new().name("observer").subscription_capacity(1 << 20);
        let client = runtime.block_on(options.connect(url))?;
        Ok(Self { client, runtime })
    }

    /// A bucket of the fleet.
    pub(crate) fn bucket(&self, name: &str) -> Result<kv::Store> {
        Ok(self.runtime.block_on(async { jetstream::new(self.client.clone()).get_key_value(name).await })?)
    }

    /// Does something, and waits until the hosts say what they serve as it is to be: so many plugins on each of so many
    /// hosts, all of them serving, and this one in this revision. Returns the seconds that it took.
    pub(crate) fn until(
        &self,
        hosts: usize,
        plugins: usize,
        begin: impl FnOnce() -> Result<(String, u64)>,
    ) -> Result<f64> {
        let store = self.bucket("plugix-hosts")?;
        let mut changes = self.runtime.block_on(store.watch_with_history(">"))?;
        let begun = Instant::now();
        let (plugin, revision) = begin()?;
        let mut known = BTreeMap::new();
        let serves = |health: &Health| {
            let is_there = health.plugins.iter().any(|it| it.plugin == plugin && it.revision == revision);
            is_there && health.plugins.len() == plugins && health.plugins.iter().all(|it| it.state == State::Serving)
        };
        let heard = async {
            while known.values().filter(|serving| **serving).count() < hosts {
                let entry = changes.next().await.context("the watch has ended")??;
                if let Ok(health) = serde_json::from_slice::<Health>(&entry.value) {
                    known.insert(entry.key, serves(&health));
                }
            }
            anyhow::Ok(begun.elapsed().as_secs_f64())
        };
        let heard = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, heard).await });
        heard.with_context(|| format!("{plugin} doesn't serve on {hosts} hosts"))?
    }

    /// Asks once, and takes so many answers. Returns their bytes, and the seconds until the last.
    pub(crate) fn ask_all(&self, subject: &str, answers: usize) -> Result<(f64, f64)> {
        let asked = async {
            let inbox = self.client.new_inbox();
            let mut heard = self.client.subscribe(inbox.clone()).await?;
            let begun = Instant::now();
            self.client.publish_with_reply(subject.to_owned(), inbox, Default::default()).await?;
            let mut bytes = 0;
            for _ in 0..answers {
                let Message { payload, .. } = heard.next().await.context("no answer")?;
                bytes += payload.len();
            }
            anyhow::Ok((bytes as f64, begun.elapsed().as_secs_f64()))
        };
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await })?
    }

    /// Asks one, and returns the answer's bytes and the seconds until it is there: the median of some times.
    pub(crate) fn ask(&self, subject: &str, body: &Value) -> Result<(f64, f64)> {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..51 {
            let begun = Instant::now();
            let answer = self.client.request(subject.to_owned(), body.to_string().into());
            bytes = self.runtime.block_on(answer)?.payload.len();
            times.push(begun.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        ensure!(bytes > 0, "{subject} has no answer");
        Ok((bytes as f64, times[times.len() / 2]))
    }
}
