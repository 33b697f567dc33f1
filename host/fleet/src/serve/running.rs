//! The calls that run, and the names of those that were. No call begins twice at one host.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many calls are remembered. A signed call that comes again after so many others is too old by then, at 2,000 calls a
/// second.
const REMEMBERED: usize = 1 << 16;

/// How long calls that were ended may take for it.
const LAST: Duration = Duration::from_secs(1);

/// The calls of one plugin. A generation is what answers until it is exchanged.
#[derive(Debug, Default)]
pub(super) struct Running {
    state: Mutex<State>,
    /// A call has ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The calls that run, and which generation runs them.
    now: HashMap<Box<str>, (u64, CancellationToken)>,
    known: HashSet<Box<str>>,
    /// The same names, the oldest first.
    order: VecDeque<Box<str>>,
}

/// A call that runs. It ends when this goes.
pub(super) struct Begun {
    running: Arc<Running>,
    call: Box<str>,
    pub(super) ending: CancellationToken,
}

impl Running {
    /// Begins a call. `None` if one of this name has begun before.
    pub(super) fn begin(self: &Arc<Self>, call: &str, generation: u64) -> Option<Begun> {
        let mut state = self.lock();
        if !state.known.insert(call.into()) {
            return None;
        }
        state.order.push_back(call.into());
        if state.order.len() > REMEMBERED
            && let Some(oldest) = state.order.pop_front()
        {
            state.known.remove(&oldest);
        }
        let ending = CancellationToken::new();
        state.now.insert(call.into(), (generation, ending.clone()));
        Some(Begun { running: self.clone(), call: call.into(), ending })
    }

    /// Whether the call runs.
    pub(super) fn has(&self, call: &str) -> bool {
        self.lock().now.contains_key(call)
    }

    /// Ends a call, if it runs.
    pub(super) fn end(&self, call: &str) {
        let ending = self.lock().now.get(call).map(|(_, ending)| ending.clone());
        if let Some(ending) = ending {
            ending.cancel();
        }
    }

    /// Ends all calls of generations before this one.
    pub(super) fn end_all(&self, before: u64) {
        let state = self.lock();
        let calls = state.now.values().filter(|(generation, _)| *generation < before);
        let endings: Vec<_> = calls.map(|(_, ending)| ending.clone()).collect();
        // What runs then is not this room's, and waits for nothing of it.
        drop(state);
        endings.iter().for_each(CancellationToken::cancel);
    }

    /// How many calls of generations before this one run.
    pub(super) fn count(&self, before: u64) -> usize {
        self.lock().now.values().filter(|(generation, _)| *generation < before).count()
    }

    /// Waits until no call of a generation before this one runs, and ends those that take longer than `patience`.
    pub(super) async fn finish(&self, before: u64, patience: Duration) {
        if tokio::time::timeout(patience, self.idle(before)).await.is_err() {
            self.end_all(before);
            // A plugin's call ends within milliseconds, but not before a host function that it is in.
            let _ = tokio::time::timeout(LAST, self.idle(before)).await;
        }
    }

    async fn idle(&self, before: u64) {
        loop {
            let ended = self.ended.notified();
            if self.count(before) == 0 {
                return;
            }
            ended.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.running.lock().now.remove(&self.call);
        self.running.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_once() {
        let running = Arc::new(Running::default());
        let first = running.begin("a", 0).unwrap();
        assert!(running.begin("a", 0).is_none());
        assert!(running.has("a") && !first.ending.is_cancelled());
        running.end("a");
        assert!(first.ending.is_cancelled());
        assert_eq!((running.count(0), running.count(1)), (0, 1));
        drop(first);
        assert!(!running.has("a") && running.begin("a", 0).is_none());
        for other in 0..REMEMBERED {
            drop(running.begin(&other.to_string(), 0));
        }
        assert!(running.begin("a", 0).is_some(), "the oldest is forgotten");
        assert_eq!(running.lock().known.len(), REMEMBERED);
    }
}
