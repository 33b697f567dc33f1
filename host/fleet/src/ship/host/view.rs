//! What a host makes of what it knows: what is for it, what comes next, and what it says of itself.

use super::super::health::{PluginHealth, State};
use super::super::placement::is_for;
use super::super::release::Hosts;
use super::controller::Controller;
use super::plan::{Known, Step, Turn, next};
use std::collections::BTreeSet;
use tokio::time::Instant;

impl Controller {
    pub(super) fn is_mine(&self, plugin: &str) -> bool {
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

    pub(super) fn next(&self, plugin: &str) -> Step {
        let wanted = if self.is_mine(plugin) { self.bucket.wanted.get(plugin).map(|it| it.revision) } else { None };
        let running = self.running.get(plugin).map(|version| version.revision);
        let turn = self.bucket.turns.get(plugin);
        let known = Known {
            wanted,
            running,
            is_busy: self.busy.contains(plugin),
            is_paused: self.is_paused(plugin, wanted),
            // It takes as many hashes as there are pairs of hosts, and matters for what is to go.
            is_replaced: wanted.is_none() && running.is_some() && self.is_replaced(plugin),
            // A host that has come since is not known yet.
            turn: turn
                .map(|it| Turn { host: &it.host, lives: self.live.contains(&it.host) || self.looked <= it.heard }),
        };
        next(self.name(), known)
    }

    /// What the host says of its plugins.
    pub(super) fn plugins(&self) -> Vec<PluginHealth> {
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
}
