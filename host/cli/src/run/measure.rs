//! What a start and a call took.

use crate::text;
use plugix_host::plugin::Usage;
use rustix::time::{ClockId, clock_gettime};
use std::fmt;
use std::time::{Duration, Instant};

/// What a start and a call took.
pub(super) struct Measured {
    since: Instant,
    /// The processor time of this thread, which starts and calls the plugin.
    processor: Duration,
    start: Duration,
    call: Duration,
    threads: Duration,
    memory: u64,
}

impl Measured {
    pub(super) fn begin() -> Self {
        let zero = Duration::ZERO;
        Self { since: Instant::now(), processor: processor_time(), start: zero, call: zero, threads: zero, memory: 0 }
    }

    pub(super) fn started(&mut self) {
        self.start = self.since.elapsed();
        self.since = Instant::now();
    }

    pub(super) fn called(&mut self, usage: &Usage) {
        self.call = self.since.elapsed();
        self.processor = processor_time().saturating_sub(self.processor);
        (self.threads, self.memory) = (usage.processor_time, usage.memory.most);
    }
}

/// The processor time of the calling thread.
fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, call, processor, threads, memory, .. } = self;
        write!(f, "time: start {start:.1?}, call {call:.1?}, processor {:.1?}", *processor + *threads)?;
        if !threads.is_zero() {
            write!(f, " (its threads {threads:.1?})")?;
        }
        write!(f, ", memory {} at its height", text::size(*memory))
    }
}
