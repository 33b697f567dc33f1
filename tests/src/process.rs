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

/// The states of some threads of this process, as the scheduler names them: `S` sleeps. The threads' names begin like
/// this.
#[must_use]
pub fn thread_states(name: &str) -> Vec<char> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    // A thread that ends while it is looked at has no state any more.
    let stats = tasks.filter_map(|task| fs::read_to_string(task.path().join("stat")).ok());
    let state = |stat: String| {
        let (start, rest) = stat.rsplit_once(") ")?;
        start.split_once('(')?.1.starts_with(name).then_some(rest.chars().next()?)
    };
    stats.filter_map(state).collect()
}

/// The kind of each file descriptor of this process, without what differs from one to the next.
///
/// # Errors
/// Where there is no `/proc/self/fd`.
pub fn descriptors() -> Result<Vec<String>> {
    let open = fs::read_dir("/proc/self/fd")?;
    let targets = open.filter_map(|open| fs::read_link(open.ok()?.path()).ok());
    // A socket's number comes in brackets. The folder itself is open while it is listed.
    let names = targets.map(|target| target.display().to_string().split('[').next().unwrap_or_default().to_owned());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("/fd")).collect();
    names.sort();
    Ok(names)
}

/// The address space that this process has reserved, in KiB. Each plugin's memory takes more than 4 GiB.
///
/// # Errors
/// Where there is no `/proc/self/status`.
pub fn mapped_kib() -> Result<u64> {
    status("VmSize:")
}

/// The memory that another process occupies and shares with nobody, in KiB.
///
/// # Errors
/// If there is no such process, or it isn't for this one to look at.
pub fn private_kib_of(process: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let of = |name: &str| -> Result<u64> {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name)).context("the kernel doesn't say")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    };
    Ok(of("Private_Clean:")? + of("Private_Dirty:")?)
}

/// The memory that this process occupies, in KiB.
///
/// # Errors
/// Where there is no `/proc/self/status`.
pub fn resident_kib() -> Result<u64> {
    status("VmRSS:")
}

/// The memory that files in memory occupy, in KiB: those of all processes.
///
/// # Errors
/// Where there is no `/proc/meminfo`.
pub fn images_kib() -> Result<u64> {
    number("/proc/meminfo", "Shmem:")
}

/// The most memory that this process ever occupied, in KiB.
///
/// # Errors
/// Where there is no `/proc/self/status`.
pub fn peak_kib() -> Result<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64> {
    number("/proc/self/status", name)
}

/// The number after a name in a file of the kernel's.
fn number(file: &str, name: &str) -> Result<u64> {
    let text = fs::read_to_string(file)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    Ok(value.with_context(|| format!("no {name} in {file}"))?.parse()?)
}

/// Waits for something that another thread does, if there is no other way to wait for it.
///
/// # Panics
/// If it doesn't happen in a minute. Only a failing test gets there.
pub fn wait_until(what: &str, happened: impl FnMut() -> bool) {
    assert!(happens(happened), "{what} didn't happen; the threads are {:?}", threads());
}

/// Waits in the same way, and tells whether it happened within a minute.
pub fn happens(mut happened: impl FnMut() -> bool) -> bool {
    let patience = Instant::now() + Duration::from_secs(60);
    while !happened() {
        if Instant::now() >= patience {
            return false;
        }
        // A loop without a pause would take the processor from those that it waits for.
        std::thread::sleep(Duration::from_micros(50));
    }
    true
}
