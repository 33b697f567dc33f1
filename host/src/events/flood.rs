//! Limits how many events of a plugin are reported.

use std::time::{Duration, Instant};

/// How many events are reported, however fast they come.
const BURST: u32 = 64;

/// How long it takes until one more event is reported.
const REFILL: Duration = Duration::from_millis(100);

/// Lets a burst through, and then as many events as time allows.
#[derive(Debug)]
pub(super) struct Flood {
    left: u32,
    refilled: Instant,
    suppressed: u64,
}

impl Flood {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, refilled: now, suppressed: 0 }
    }

    /// Whether an event is to be reported. If so, returns how many events were left out since the last reported one.
    pub(super) fn admit(&mut self, now: Instant) -> Option<u64> {
        let intervals = (now.saturating_duration_since(self.refilled).as_nanos() / REFILL.as_nanos()) as u32;
        if intervals > 0 {
            self.left = self.left.saturating_add(intervals).min(BURST);
            self.refilled = now;
        }
        if self.left == 0 {
            self.suppressed += 1;
            return None;
        }
        self.left -= 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_counted() {
        let start = Instant::now();
        let mut flood = Flood::new(start);
        assert!((0..BURST).all(|_| flood.admit(start) == Some(0)));
        assert_eq!((flood.admit(start), flood.admit(start)), (None, None));
        assert_eq!(flood.admit(start + REFILL), Some(2));
        assert_eq!(flood.admit(start + REFILL), None);
    }
}
