//! Limits how much output is passed on.

use std::time::Instant;

/// How many bytes are passed on at once, and then in each second.
const BYTES: u64 = 1 << 20;

/// What a line costs besides its bytes, because each line makes work for its receiver.
const LINE: u64 = 64;

/// Lets a burst through, and then as much as time allows.
#[derive(Debug)]
pub(super) struct Rate {
    left: u64,
    filled: Instant,
    left_out: u64,
}

impl Rate {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BYTES, filled: now, left_out: 0 }
    }

    /// Whether a line of this many bytes is passed on.
    pub(super) fn admit(&mut self, bytes: usize, now: Instant) -> bool {
        let cost = bytes as u64 + LINE;
        if self.left < cost {
            let since = now.saturating_duration_since(self.filled).as_millis().min(1_000) as u64;
            self.left = (self.left + BYTES * since / 1_000).min(BYTES);
            // A part of a millisecond counts the next time.
            if since > 0 {
                self.filled = now;
            }
        }
        match self.left.checked_sub(cost) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.left_out += 1;
                false
            }
        }
    }

    /// A message about the lines that were left out since the last message.
    pub(super) fn left_out(&mut self) -> Option<String> {
        match std::mem::take(&mut self.left_out) {
            0 => None,
            count => Some(format!("[{count} more lines were left out]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn time_makes_room() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        let burst = (0..).take_while(|_| rate.admit(1_000, start)).count() as u64;
        assert_eq!(burst, BYTES / (1_000 + LINE));
        assert!(!rate.admit(1_000, start));
        assert_eq!(rate.left_out().as_deref(), Some("[2 more lines were left out]"));
        assert!(rate.admit(1_000, start + Duration::from_millis(10)));
        assert_eq!(rate.left_out(), None);
    }
}
