//! What a fleet costs, by what the code says.

use crate::code::*;
use crate::kit::{MODULE, host_name, plugin_name, release};
use plugix_fleet::ship::{Health, Hosts, PluginHealth, Signed, State};

/// A fleet: so many hosts, and so many plugins on each that no other host has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) hosts: usize,
    pub(crate) plugins: usize,
    /// Plugins that all hosts have.
    pub(crate) shared: usize,
}

impl Model {
    /// The name of a row about it.
    pub(crate) fn row(self, what: &str) -> String {
        format!("{} {}: {what}", self.hosts, if self.hosts == 1 { "host" } else { "hosts" })
    }

    /// Interfaces that are served: each plugin has one.
    pub(crate) fn served(self) -> f64 {
        (self.hosts * (self.plugins + self.shared)) as f64
    }

    pub(crate) fn releases(self) -> f64 {
        (self.hosts * self.plugins + self.shared) as f64
    }

    pub(crate) fn subscriptions(self) -> f64 {
        self.served() * SUBSCRIPTIONS_OF_INTERFACE as f64 + (self.hosts * SUBSCRIPTIONS_OF_HOST) as f64
    }

    /// Seconds between two ticks of a host.
    pub(crate) fn tick(self) -> f64 {
        (TICK + FOR_EACH * self.hosts as f64).min(SILENT / 2.0)
    }

    fn ticks(self) -> f64 {
        self.hosts as f64 / self.tick()
    }

    /// Messages a second while nobody calls.
    pub(crate) fn messages_in(self) -> f64 {
        self.ticks() * REQUESTS_OF_TICK as f64
    }

    pub(crate) fn messages_out(self) -> f64 {
        self.messages_in() + self.hosts as f64 / IDLE
    }

    /// Bytes a second while nobody calls.
    pub(crate) fn bytes_in(self) -> f64 {
        self.ticks() * (2 * QUESTION.len() + REPLACES.len() + self.health()) as f64
    }

    pub(crate) fn bytes_out(self) -> f64 {
        let answers = 2 * ANSWER.len() + self.hosts * ANSWER_OF_HOST.len() + KEPT.len();
        self.ticks() * answers as f64 + self.hosts as f64 / IDLE * IDLE_MESSAGE.len() as f64
    }

    /// What a host says of itself, as the crate writes it.
    pub(crate) fn health(self) -> usize {
        let plugin = || PluginHealth {
            plugin: plugin_name(0, 0),
            version: "1.0.0".to_owned(),
            revision: 100,
            state: State::Serving,
            problem: None,
            running: 0,
        };
        let plugins = std::iter::repeat_with(plugin).take(self.plugins + self.shared).collect();
        let health = Health { host: host_name(0), instance: "x".repeat(22), plugix: "0.1.0".to_owned(), plugins };
        serde_json::to_vec(&health).map_or(0, |health| health.len())
    }

    /// Messages that the bucket of releases keeps after some updates of one plugin, each on so many hosts: the releases, and
    /// each turn with the mark that it has ended. No key keeps more than its history.
    pub(crate) fn bucket_messages(self, updates: &[usize]) -> f64 {
        let turns: usize = updates.iter().map(|hosts| 2 * hosts).sum();
        self.releases() + updates.len().min(HISTORY - 1) as f64 + turns.min(HISTORY) as f64
    }

    pub(crate) fn bucket_bytes(self, updates: &[usize]) -> f64 {
        let turns = self.bucket_messages(updates) - self.releases() - updates.len().min(HISTORY - 1) as f64;
        let releases = self.bucket_messages(updates) - turns;
        let subject = "$KV.plugix-fleet.turn.".len() + plugin_name(0, 0).len();
        let turn = RECORD + subject + (REPLACES.len() + host_name(0).len() + DELETES.len()) / 2;
        releases * release_bytes() as f64 + turns * turn as f64
    }

    /// Bytes of the bucket of the hosts.
    pub(crate) fn hosts_bytes(self) -> f64 {
        (self.hosts * (RECORD + "$KV.plugix-hosts.".len() + host_name(0).len() + REPLACES.len() + self.health())) as f64
    }

    /// Bytes of a store with so many modules of so many bytes.
    pub(crate) fn store_bytes(modules: f64, bytes: usize) -> f64 {
        let pieces = bytes.div_ceil(CHUNK);
        let rollup = "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n".len();
        modules * (bytes + pieces * (RECORD - 4 + PIECE) + RECORD + KNOWN + rollup + OBJECT.len()) as f64
    }

    /// Bytes of all answers to `$SRV.PING`.
    pub(crate) fn ping_bytes(self) -> f64 {
        self.served() * (PING.len() + host_name(0).len() + plugin_name(0, 0).len()) as f64
    }

    /// Messages that an update of a plugin on some of the hosts costs, in and out. To ship takes six requests. Each turn is
    /// asked for by all that wait: the key has a mark, so to ask takes three requests. A host asks for the module twice, gives
    /// the turn back, and says thrice how it is. All hosts hear the release, each turn and its end.
    pub(crate) fn update(self, on: usize) -> [f64; 2] {
        let asks = 3 * on * (on + 1) / 2;
        let requests = 6 + asks + on * (2 + 1 + 3);
        let heard = self.hosts * (1 + 2 * on) + on * MODULE.div_ceil(CHUNK);
        [requests as f64, (requests + heard) as f64]
    }

    /// Questions of an update that wait for one another: six to ship, and for each host the turn (three), the module (two)
    /// and the turn's end. Each turn is heard by one message more.
    pub(crate) fn steps_of_update(on: usize) -> f64 {
        (6 + on * 7) as f64
    }

    /// Bytes of the answer to which hosts live.
    pub(crate) fn who_lives(self) -> f64 {
        (ANSWER.len() + self.hosts * ANSWER_OF_HOST.len()) as f64
    }

    /// Messages that a call costs that takes so many seconds, in and out. After each second all who serve the interface are
    /// asked whether the call runs, and one answers.
    pub(crate) fn call(self, seconds: f64) -> [f64; 2] {
        let asked = seconds.floor();
        [2.0 + asked * 2.0, 2.0 + asked * (self.served() + 1.0)]
    }

    /// Questions that `Deployments::overview` asks one after the other.
    pub(crate) fn overview(self) -> f64 {
        4.0 + self.releases() + self.hosts as f64
    }
}

/// The size of a release in the bucket, with one signature.
fn release_bytes() -> usize {
    let text = release(&plugin_name(0, 0), 1, Hosts::Named(vec![host_name(0)])).to_text().unwrap_or_default();
    // A signature of minisign has four lines: comment, signature, trusted comment, signature of that.
    let signature = format!(
        "untrusted comment: signature from minisign secret key\n{:100}\ntrusted comment: timestamp:1700000000\n{:88}\n",
        "", ""
    );
    let signed = serde_json::to_vec(&Signed { text, signatures: vec![signature] }).unwrap_or_default();
    RECORD + "$KV.plugix-fleet.plugin.".len() + plugin_name(0, 0).len() + REPLACES.len() + signed.len()
}

/// Hashes that a host computes before it does anything, of so many releases with a number of hosts, among so many hosts that
/// live. `is_for` (`ship/placement.rs`) computes one for each host. A pass of the loop (`ship/host/view.rs`) asks it twice for
/// each release: whether the plugin is this host's, and once more to say how it is.
pub(crate) fn hashes_of_pass(releases: usize, hosts: usize) -> f64 {
    2.0 * releases as f64 * hosts as f64
}
