//! A thread of a plugin, watched because each of its calls has the same limit.

use super::{Late, Limited, TICK, Unless};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Watched {
    calls: Arc<dyn Limited>,
    limit: Duration,
    /// The call that was seen last, and when it was seen first.
    call: Option<(u64, Instant)>,
    /// The last call that was late. Its end is under way.
    ending: Option<u64>,
}

impl Watched {
    pub(super) fn new(calls: Arc<dyn Limited>, limit: Duration) -> Self {
        Self { calls, limit, call: None, ending: None }
    }

    /// Looks at what runs. Returns the call if its limit has passed, once.
    pub(super) fn look(&mut self, now: Instant) -> Option<Late> {
        let running = self.calls.running().filter(|_| !self.calls.is_over());
        self.call = match (running, self.call) {
            (Some(running), Some((seen, since))) if running == seen => Some((seen, since)),
            (running, _) => running.map(|running| (running, now)),
        };
        let (call, since) = self.call?;
        if now.duration_since(since) < self.limit || self.ending.replace(call) == Some(call) {
            return None;
        }
        Some(Late { calls: self.calls.clone(), limit: self.limit, unless: Unless::Over(call) })
    }

    /// When to look again.
    pub(super) fn next_look(&self, now: Instant) -> Instant {
        let tick = now + TICK;
        let limit = self.call.and_then(|(_, since)| since.checked_add(self.limit));
        limit.filter(|limit| *limit > now).map_or(tick, |limit| limit.min(tick))
    }

    pub(super) fn into_calls(self) -> Arc<dyn Limited> {
        self.calls
    }
}
