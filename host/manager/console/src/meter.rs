//! The numbers of the plots: calls are counted where they are made, and a sample is taken each second.

use plugix_host::plugin::Usage;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many samples are kept: two minutes of them.
const KEPT: usize = 120;

/// How many latencies of one sample are kept. Of more calls, the earliest count.
const LATENCIES: usize = 4096;

/// What the plots of one plugin show.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// The latencies since the last sample.
    latencies: Vec<Duration>,
    /// The calls that had ended at the last sample, and what was denied.
    finished: u64,
    denials: u64,
    samples: VecDeque<Sample>,
}

/// One second of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sample {
    /// Calls that ended, whoever made them.
    pub(crate) calls: u64,
    /// What half of the console's own calls took at most, in microseconds. `None` if there was none.
    pub(crate) latency: Option<u64>,
    /// Bytes of memory.
    pub(crate) memory: u64,
    /// Threads of the plugin's own.
    pub(crate) threads: u64,
    /// Operations that the policy denied.
    pub(crate) denials: u64,
}

impl Meter {
    /// Counts a call of the console's.
    pub(crate) fn add(&self, latency: Duration) {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.latencies.len() < LATENCIES {
            numbers.latencies.push(latency);
        }
    }

    /// Takes a sample.
    pub(crate) fn sample(&self, usage: &Usage) {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latencies = std::mem::take(&mut numbers.latencies);
        latencies.sort_unstable();
        let median = latencies.get(latencies.len().saturating_sub(1) / 2);
        let sample = Sample {
            calls: since(usage.calls.finished, numbers.finished),
            latency: median.map(|latency| u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)),
            memory: usage.memory.now,
            threads: usage.threads.now,
            denials: since(usage.denials, numbers.denials),
        };
        (numbers.finished, numbers.denials) = (usage.calls.finished, usage.denials);
        if numbers.samples.len() == KEPT {
            numbers.samples.pop_front();
        }
        numbers.samples.push_back(sample);
    }

    /// The samples that are kept. The latest comes last.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).samples.iter().cloned().collect()
    }
}

/// How much a count has grown. That of another instance begins at zero.
fn since(now: u64, before: u64) -> u64 {
    now.checked_sub(before).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(finished: u64, denials: u64) -> Usage {
        let mut usage = Usage::default();
        (usage.calls.finished, usage.denials, usage.memory.now) = (finished, denials, 7);
        usage
    }

    #[test]
    fn a_sample_has_what_came_since_the_last_one() {
        let meter = Meter::default();
        for ms in [9, 1, 3] {
            meter.add(Duration::from_millis(ms));
        }
        meter.sample(&used(4, 2));
        meter.sample(&used(6, 2));
        // Another instance has been started.
        meter.sample(&used(1, 1));
        let sample = |calls, latency, denials| Sample { calls, latency, memory: 7, threads: 0, denials };
        assert_eq!(meter.samples(), [sample(4, Some(3000), 2), sample(2, None, 0), sample(1, None, 1)]);
    }

    #[test]
    fn it_never_grows() {
        let meter = Meter::default();
        (0..2 * LATENCIES).for_each(|_| meter.add(Duration::MAX));
        (0..2 * KEPT as u64).for_each(|count| meter.sample(&used(count, 0)));
        assert_eq!(meter.samples().len(), KEPT);
        assert_eq!(meter.samples()[0].calls, 1);
    }
}
