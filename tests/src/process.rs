//! What the operating system says of this process.

use anyhow::{Context, Result};
use std::fs;
use std::time::{Duration, Instant};

/// The names of this process's operating system threads.
///
/// # Errors
/// Where there is no `/proc/self/task`.
pub fn threads() -> Result<Vec<String>> {
    let tasks = fs::read_dir("/proc/self/task")?;
    // A thread that ends while it is looked at has no name any more.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    Ok(names.map(|name| name.trim().to_owned()).collect())
}

/// The memory that this process occupies, in KiB.
///
/// # Errors
/// Where there is no `/proc/self/status`.
pub fn resident_kib() -> Result<u64> {
    status("VmRSS:")
}

/// The most memory that this process ever occupied, in KiB.
///
/// # Errors
/// Where there is no `/proc/self/status`.
pub fn peak_kib() -> Result<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let value = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    Ok(value.with_context(|| format!("no {name}"))?.parse()?)
}

/// Waits for something that happens on another thread and can't be waited for otherwise.
///
/// # Panics
/// If it doesn't happen in a minute: only a failing test gets there.
pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < patience, "{what} didn't happen; the threads are {:?}", threads());
        std::thread::yield_now();
    }
}
