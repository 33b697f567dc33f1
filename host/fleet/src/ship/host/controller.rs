//! The loop of a host. It compares what is to run with what does, and takes one step after the other.

use super::super::buckets::{Buckets, SILENT, Topic};
use super::super::error::ShipError;
use super::super::health::{Health, PluginHealth};
use super::super::trust::Trust;
use super::Runner;
use super::exchange::{Problem, Version, Workshop};
use super::known::{Bucket, watch};
use super::plan::Step;
use super::report::Report;
use crate::serve::{Replaced, Server};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often a host says that it lives.
const TICK: Duration = Duration::from_secs(3);

/// How much longer for each other host, up to half of the time after which a host is gone: so that many hosts ask less often.
const FOR_EACH: Duration = Duration::from_millis(5);

/// The first and the longest pause before a version that did not start is tried again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(60)];

/// A version that was started, or was not: the plugin, the revision, and what became of it.
type Started = (String, u64, Result<(Version, Option<Replaced>), Problem>);

/// The state of a host.
pub(super) struct Controller {
    workshop: Workshop,
    patience: Duration,
    pub(super) bucket: Bucket,
    report: Report,
    pub(super) running: BTreeMap<String, Version>,
    /// The plugins of which a version is being started.
    pub(super) busy: BTreeSet<String>,
    /// What did not start: the revision, when it is tried again, the pause after that, and why.
    pub(super) failed: BTreeMap<String, (u64, Instant, Duration, String)>,
    pub(super) live: BTreeSet<String>,
    /// Since when most of them seem to be gone at once.
    strange: Option<Instant>,
    /// When that was looked at.
    pub(super) looked: Instant,
    pub(super) others: BTreeMap<String, Vec<PluginHealth>>,
    starts: JoinSet<Started>,
    stops: JoinSet<()>,
}

impl Controller {
    pub(super) async fn new(
        server: Server,
        runner: Arc<dyn Runner>,
        trust: Trust,
        patience: Duration,
    ) -> Result<Self, ShipError> {
        let buckets = Buckets::open(&server.fleet).await?;
        let report = Report::begin(&buckets.hosts, server.name(), crate::wire::request::unique()).await?;
        let (bucket, live) = (Bucket::new(buckets.fleet.clone()), BTreeSet::from([server.name().to_owned()]));
        let workshop = Workshop { server, runner, trust, buckets };
        let (running, busy, failed, others) = Default::default();
        let (starts, stops) = Default::default();
        let (looked, strange) = (Instant::now(), None);
        Ok(Self {
            workshop,
            patience,
            bucket,
            report,
            running,
            busy,
            failed,
            live,
            strange,
            looked,
            others,
            starts,
            stops,
        })
    }

    pub(super) fn health(&self) -> Arc<Mutex<Health>> {
        self.report.health.clone()
    }

    /// Runs until it is told to end. Then it takes no more calls, and waits for those that run.
    pub(super) async fn run(mut self, end: CancellationToken) {
        let (sender, mut heard) = mpsc::channel(1024);
        let watching = tokio::spawn(watch(self.workshop.buckets.fleet.clone(), sender));
        let _watching = tokio_util::task::AbortOnDropHandle::new(watching);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Nothing is started before all was heard that is there, as far as the servers say when that is.
        let mut knows_all = false;
        let (begun, mut has_heard) = (Instant::now(), false);
        loop {
            let mut is_time = false;
            tokio::select! {
                () = end.cancelled() => break,
                Some(entry) = heard.recv() => {
                    has_heard = true;
                    let mut entry = Some(entry);
                    // A step after all that has come costs as much as one after each.
                    while let Some(next) = entry {
                        self.bucket.hear(&next).await;
                        knows_all |= next.delta == 0;
                        entry = heard.try_recv().ok();
                    }
                }
                Some(done) = self.starts.join_next() => {
                    if let Ok(started) = done {
                        self.started(started).await;
                    }
                }
                Some(_) = self.stops.join_next() => {}
                _ = tick.tick() => {
                    self.look_around().await;
                    tick.reset_after((TICK + FOR_EACH * self.live.len() as u32).min(SILENT / 2));
                    is_time = true;
                    knows_all |= begun.elapsed() >= if has_heard { SILENT } else { TICK };
                }
            }
            if knows_all {
                self.step_all().await;
            }
            let plugins = self.plugins();
            if is_time || self.report.differs(&plugins) {
                self.report.write(plugins).await;
            }
        }
        self.end().await;
    }

    /// Hears who lives, and what they serve if that matters.
    async fn look_around(&mut self) {
        if let Some(live) = self.report.live().await {
            // When the servers were away, the entries of hosts are gone that live: those come again.
            let is_strange = 2 * live.len() < self.live.len();
            let since = *self.strange.get_or_insert_with(Instant::now);
            if !is_strange || since.elapsed() >= SILENT {
                (self.live, self.looked, self.strange) = (live, Instant::now(), None);
            }
        }
        let names = self.running.keys().filter(|plugin| !self.is_mine(plugin)).count();
        self.others = if names > 0 { self.report.others(&self.live).await } else { BTreeMap::new() };
    }

    pub(super) fn name(&self) -> &str {
        self.workshop.server.name()
    }

    async fn step_all(&mut self) {
        let plugins: BTreeSet<String> = self.bucket.wanted.keys().chain(self.running.keys()).cloned().collect();
        for plugin in plugins {
            self.step(&plugin).await;
        }
    }

    async fn step(&mut self, plugin: &str) {
        let key = Topic::Turn(plugin).key();
        let store = self.workshop.buckets.fleet.clone();
        match self.next(plugin) {
            Step::Nothing | Step::Wait => {}
            Step::Start(_) | Step::Exchange(_) => self.start(plugin),
            Step::AskForTurn => {
                let name = self.name().to_owned().into();
                // The bucket says who got it.
                let _ = match self.bucket.turns.get(plugin) {
                    None => store.create(&key, name).await.map_err(drop),
                    Some(turn) => store.update(&key, name, turn.revision).await.map_err(drop),
                };
            }
            Step::LeaveTurn => {
                if let Some(turn) = self.bucket.turns.remove(plugin) {
                    let _ = store.delete_expect_revision(&key, Some(turn.revision)).await;
                }
            }
            Step::Stop => {
                if let Some(version) = self.running.remove(plugin) {
                    self.stop(version);
                }
                self.failed.remove(plugin);
            }
        }
    }

    fn start(&mut self, plugin: &str) {
        let Some(wanted) = self.bucket.wanted.get(plugin).cloned() else { return };
        let (workshop, plugin) = (self.workshop.clone(), plugin.to_owned());
        let old = self.running.get(&plugin).map(|version| version.served.clone());
        self.busy.insert(plugin.clone());
        self.starts.spawn_blocking(move || (plugin, wanted.revision, workshop.make(&wanted, old)));
    }

    fn stop(&mut self, version: Version) {
        let patience = self.patience;
        self.stops.spawn_blocking(move || version.served.stop(patience));
    }

    /// A version was started, or was not.
    async fn started(&mut self, (plugin, revision, outcome): Started) {
        self.busy.remove(&plugin);
        match outcome {
            Ok((version, replaced)) => {
                tracing::info!(plugin, version = version.version, revision, "the plugin serves");
                self.failed.remove(&plugin);
                self.running.insert(plugin, version);
                if let Some(replaced) = replaced {
                    let patience = self.patience;
                    self.stops.spawn_blocking(move || replaced.finish(patience));
                }
            }
            Err(Problem { text, is_bad }) => {
                tracing::warn!(plugin, revision, problem = text, "a version of the plugin does not start");
                let pause = self.failed.get(&plugin).filter(|it| it.0 == revision).map_or(PAUSES[0], |it| it.2);
                let again = (2 * pause).min(PAUSES[1]);
                self.failed.insert(plugin.clone(), (revision, Instant::now() + pause, again, text.clone()));
                // There is a version to go back to: so all hosts do.
                if is_bad && self.running.contains_key(&plugin) {
                    let text = format!("{}: {text}", self.name());
                    let _ = self.workshop.buckets.fleet.put(Topic::Bad(&plugin, revision).key(), text.into()).await;
                }
            }
        }
    }

    async fn end(mut self) {
        for (_, version) in std::mem::take(&mut self.running) {
            self.stop(version);
        }
        // A version that is about to be there goes as well.
        while let Some(done) = self.starts.join_next().await {
            if let Ok((.., Ok((version, _)))) = done {
                self.stop(version);
            }
        }
        while self.stops.join_next().await.is_some() {}
        self.report.end().await;
    }
}
