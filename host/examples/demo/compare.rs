//! Calls a plugin with one thread and with all, and takes the times.

use anyhow::ensure;
use std::time::{Duration, Instant};

/// Calls for each number of threads.
const CALLS: usize = 5;

/// The same work on one thread and on all: medians.
pub(crate) struct Comparison<T> {
    pub(crate) result: T,
    pub(crate) one: Duration,
    pub(crate) all: Duration,
}

/// Calls `call` with one thread and with `threads` in turn; the results have to be the same.
pub(crate) fn compare<T, E>(threads: u32, call: impl Fn(u32) -> Result<T, E>) -> anyhow::Result<Comparison<T>>
where
    T: PartialEq,
    E: std::error::Error + Send + Sync + 'static,
{
    let timed = |threads| {
        let start = Instant::now();
        call(threads).map(|result| (result, start.elapsed()))
    };
    let result = call(threads)?;
    let mut one = Vec::new();
    let mut all = Vec::new();
    for _ in 0..CALLS {
        for (threads, times) in [(1, &mut one), (threads, &mut all)] {
            let (same, time) = timed(threads)?;
            ensure!(same == result, "the result depends on the number of threads");
            times.push(time);
        }
    }
    Ok(Comparison { result, one: median(one), all: median(all) })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
