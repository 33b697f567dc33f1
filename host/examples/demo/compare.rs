//! Calls a plugin with one thread and with all, and takes the times.

use anyhow::ensure;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Calls for each number of threads.
const CALLS: usize = 3;

/// The same work on one thread and on all.
pub(crate) struct Comparison<T> {
    pub(crate) result: T,
    pub(crate) one: Duration,
    pub(crate) all: Duration,
}

/// Calls `call` with one thread and with `threads`; the results have to be the same.
pub(crate) fn compare<T, E>(threads: u32, call: impl Fn(u32) -> Result<T, E>) -> anyhow::Result<Comparison<T>>
where
    T: Debug + PartialEq,
    E: std::error::Error + Send + Sync + 'static,
{
    let (result, one) = median(|| call(1))?;
    let (other, all) = median(|| call(threads))?;
    ensure!(result == other, "the number of threads changes the result");
    Ok(Comparison { result, one, all })
}

/// The last result, and the median of the times.
fn median<T, E>(call: impl Fn() -> Result<T, E>) -> Result<(T, Duration), E> {
    let timed = || {
        let start = Instant::now();
        Ok((call()?, start.elapsed()))
    };
    let mut times = Vec::new();
    for _ in 1..CALLS {
        times.push(timed()?.1);
    }
    let (result, time) = timed()?;
    times.push(time);
    times.sort_unstable();
    Ok((result, times[CALLS / 2]))
}
