//! One plugin each of whose calls has the same limit.

use super::TICK;
use crate::runtime::Stopper;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Watched {
    plugin: Arc<Stopper>,
    limit: Duration,
    /// The call that was seen last, and when it was seen first.
    call: Option<(u64, Instant)>,
}

impl Watched {
    pub(super) fn new(plugin: Arc<Stopper>, limit: Duration) -> Self {
        Self { plugin, limit, call: None }
    }

    /// Looks what the plugin is doing. Returns it with its limit if that has passed.
    pub(super) fn look(&mut self, now: Instant) -> Option<(Arc<Stopper>, Duration)> {
        let running = self.plugin.running_call().filter(|_| self.plugin.cause().is_none());
        self.call = match (running, self.call) {
            (Some(running), Some((seen, since))) if running == seen => Some((seen, since)),
            (running, _) => running.map(|running| (running, now)),
        };
        let (_, since) = self.call?;
        (now.duration_since(since) >= self.limit).then(|| (self.plugin.clone(), self.limit))
    }

    /// When to look again.
    pub(super) fn next_look(&self, now: Instant) -> Instant {
        let tick = now + TICK;
        let limit = self.call.and_then(|(_, since)| since.checked_add(self.limit));
        limit.filter(|limit| *limit > now).map_or(tick, |limit| limit.min(tick))
    }

    pub(super) fn into_plugin(self) -> Arc<Stopper> {
        self.plugin
    }
}
