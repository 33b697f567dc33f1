//! The loop of a host. It compares what is to run with what does, and takes one step after the other.

use super::super::buckets::{Buckets, Topic};
use super::super::error::ShipError;
use super::super::health::{Health, PluginHealth, State};
use super::super::placement::is_for;
use super::super::release::Hosts;
use super::super::trust::Trust;
use super::Runner;
use super::exchange::{Problem, Version, Workshop};
use super::known::{Bucket, watch};
use super::plan::{Known, Step, Turn, next};
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

/// How much longer for each other host: all of them together ask the servers as often as before.
const FOR_EACH: Duration = Duration::from_millis(5);

/// The first and the longest pause before a version that did not start is tried again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(60)];

/// A version that was started, or was not: the plugin, the revision, and what became of it.
type Started = (String, u64, Result<(Version, Option<Replaced>), Problem>);

/// The state of a host.
pub(super) struct Controller {
    workshop: Workshop,
    patience: Duration,
    bucket: Bucket,
    report: Report,
    running: BTreeMap<String, Version>,
    /// The plugins of which a version is being started.
    busy: BTreeSet<String>,
    /// What did not start: the revision, when it is tried again, the pause after that, and why.
    failed: BTreeMap<String, (u64, Instant, Duration, String)>,
    live: BTreeSet<String>,
    /// When that was looked at.
    looked: Instant,
    others: BTreeMap<String, Vec<PluginHealth>>,
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
        let looked = Instant::now();
        Ok(Self { workshop, patience, bucket, report, running, busy, failed, live, looked, others, starts, stops })
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
        let begun = Instant::now();
        loop {
            let mut is_time = false;
            tokio::select! {
                () = end.cancelled() => break,
                Some(entry) = heard.recv() => {
                    self.bucket.hear(&entry).await;
                    knows_all |= entry.delta == 0;
                }
                Some(done) = self.starts.join_next() => {
                    if let Ok(started) = done {
                        self.started(started).await;
                    }
                }
                Some(_) = self.stops.join_next() => {}
                _ = tick.tick() => {
                    self.look_around().await;
                    tick.reset_after(TICK + FOR_EACH * self.live.len() as u32);
                    is_time = true;
                    knows_all |= begun.elapsed() >= TICK;
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
            (self.live, self.looked) = (live, Instant::now());
        }
        let names = self.running.keys().filter(|plugin| !self.is_mine(plugin)).count();
        self.others = if names > 0 { self.report.others(&self.live).await } else { BTreeMap::new() };
    }

    fn name(&self) -> &str {
        self.workshop.server.name()
    }

    fn is_mine(&self, plugin: &str) -> bool {
        self.bucket.wanted.get(plugin).is_some_and(|it| is_for(&it.release.hosts, plugin, self.name(), &self.live))
    }

    fn is_paused(&self, plugin: &str, wanted: Option<u64>) -> bool {
        self.failed
            .get(plugin)
            .is_some_and(|(revision, until, ..)| Some(*revision) == wanted && *until > Instant::now())
    }

    /// Whether as many other hosts serve a plugin as are to.
    fn is_replaced(&self, plugin: &str) -> bool {
        let Some(wanted) = self.bucket.wanted.get(plugin) else { return true };
        let chosen = |host: &&String| is_for(&wanted.release.hosts, plugin, host, &self.live);
        let there = self.live.iter().filter(chosen).count();
        let serves = |plugins: &Vec<PluginHealth>| plugins.iter().any(|it| it.plugin == plugin && it.revision > 0);
        let serving = self.others.values().filter(|plugins| serves(plugins)).count();
        // Nobody is to have it, or those who are have it.
        matches!(wanted.release.hosts, Hosts::Count(0)) || serving >= there
    }

    async fn step_all(&mut self) {
        let plugins: BTreeSet<String> = self.bucket.wanted.keys().chain(self.running.keys()).cloned().collect();
        for plugin in plugins {
            self.step(&plugin).await;
        }
    }

    fn next(&self, plugin: &str) -> Step {
        let wanted = if self.is_mine(plugin) { self.bucket.wanted.get(plugin).map(|it| it.revision) } else { None };
        let turn = self.bucket.turns.get(plugin);
        let known = Known {
            wanted,
            running: self.running.get(plugin).map(|version| version.revision),
            is_busy: self.busy.contains(plugin),
            is_paused: self.is_paused(plugin, wanted),
            is_replaced: self.is_replaced(plugin),
            // A host that has come since is not known yet.
            turn: turn
                .map(|it| Turn { host: &it.host, lives: self.live.contains(&it.host) || self.looked <= it.heard }),
        };
        next(self.name(), known)
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

    /// What the host says of its plugins.
    fn plugins(&self) -> Vec<PluginHealth> {
        let mine = self
            .bucket
            .wanted
            .keys()
            .chain(self.bucket.skipped.keys())
            .filter(|plugin| self.is_mine(plugin) || !self.bucket.wanted.contains_key(*plugin));
        let names: BTreeSet<&String> = mine.chain(self.running.keys()).collect();
        let health = |plugin: &String| {
            let version = self.running.get(plugin);
            let failed = self.failed.get(plugin).map(|(.., problem)| problem.clone());
            let problem = failed.or_else(|| self.bucket.skipped.get(plugin).cloned());
            let state = match self.next(plugin) {
                _ if self.busy.contains(plugin) => State::Starting,
                Step::Wait | Step::AskForTurn => State::Waiting,
                Step::Start(_) | Step::Exchange(_) => State::Starting,
                _ if self.failed.contains_key(plugin) || version.is_none() => State::Failed,
                _ => State::Serving,
            };
            PluginHealth {
                plugin: plugin.clone(),
                version: version.map_or_else(String::new, |version| version.version.clone()),
                revision: version.map_or(0, |version| version.revision),
                state,
                problem,
                running: version.map_or(0, |version| version.served.running()),
            }
        };
        names.into_iter().map(health).collect()
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
