//! What happens, for the pages that listen: the latest lines, and each new one.

use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

/// How many lines a page gets that comes later, and how many it may be behind.
const KEPT: usize = 200;

/// How many characters of a line are shown. A plugin prints what it likes.
const LONGEST: usize = 2000;

/// What happens.
#[derive(Clone, Debug)]
pub(crate) struct Feed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<Arc<Line>>,
    latest: Mutex<VecDeque<Arc<Line>>>,
}

/// Something that happened to a plugin, or that it printed.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// Milliseconds since 1970.
    at: u64,
    plugin: String,
    /// `event`, `stdout` or `stderr`.
    kind: &'static str,
    text: String,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { sender: broadcast::Sender::new(KEPT), latest: Mutex::default() }))
    }

    pub(crate) fn tell(&self, plugin: &str, kind: &'static str, text: &str) {
        let mut shown: String = text.chars().take(LONGEST).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        let line = Arc::new(Line { at: millis(SystemTime::now()), plugin: plugin.to_owned(), kind, text: shown });
        let mut latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == KEPT {
            latest.pop_front();
        }
        latest.push_back(line.clone());
        // Nobody has to listen. The lock is held, so that a new listener neither misses a line nor gets it twice.
        let _ = self.0.sender.send(line);
    }

    /// The latest lines, and what brings all that follow.
    pub(crate) fn subscribe(&self) -> (Vec<Arc<Line>>, broadcast::Receiver<Arc<Line>>) {
        let latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        (latest.iter().cloned().collect(), self.0.sender.subscribe())
    }
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_gets_each_line_once() {
        let feed = Feed::new();
        feed.tell("a", "event", "first");
        let (latest, mut next) = feed.subscribe();
        feed.tell("a", "stdout", "second");
        assert_eq!(latest.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["first"]);
        assert_eq!(next.try_recv().unwrap().text, "second");
        assert!(next.try_recv().is_err());
    }

    #[test]
    fn lines_are_few_and_short() {
        let feed = Feed::new();
        for _ in 0..=KEPT {
            feed.tell("a", "stdout", &"ä".repeat(LONGEST + 1));
        }
        let (latest, _) = feed.subscribe();
        assert_eq!(latest.len(), KEPT);
        assert_eq!(latest[0].text.chars().count(), LONGEST + 1);
    }
}
