//! What the operating system says of this process.

use anyhow::{Context, Result};
use std::time::{Duration, Instant};

/// Threads and memory of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessStatus {
    /// Operating system threads.
    pub threads: u64,
    /// Resident memory in KiB.
    pub resident: u64,
    /// The most resident memory that it ever had, in KiB.
    pub peak: u64,
}

impl ProcessStatus {
    /// As they are now.
    ///
    /// # Errors
    /// Where there is no `/proc/self/status`.
    pub fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
            value.with_context(|| format!("no {name}"))?.parse::<u64>().with_context(|| name.to_owned())
        };
        Ok(Self { threads: field("Threads:")?, resident: field("VmRSS:")?, peak: field("VmHWM:")? })
    }
}

/// Waits for something that happens on another thread and can't be waited for otherwise.
///
/// # Panics
/// If it doesn't happen in a minute: only a failing test gets there.
pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < patience, "{what} didn't happen");
        std::thread::yield_now();
    }
}
