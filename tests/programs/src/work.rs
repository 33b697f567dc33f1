//! Work that `cargo xtask bench io` times, natively and as a plugin. Each kind does the same thing `count` times, and
//! prepares what it needs before it takes the time.

mod handing;
mod naming;
mod reading;
mod sending;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Does something `count` times in a folder. Returns how long that took.
pub type Work = fn(&Path, u32) -> io::Result<Duration>;

/// Kinds of work and their names.
pub const KINDS: &[(&str, Work)] = &[
    ("read", reading::in_order),
    ("write", reading::written),
    ("random", reading::at_random),
    ("open", naming::opened),
    ("create", naming::created),
    ("stat", naming::looked_at),
    ("list", naming::listed),
    ("append", reading::appended),
    ("tcp", sending::there_and_back),
    ("stream", sending::one_way),
    ("pipe", handing::through_pipes),
    ("mutex", handing::by_mutex),
    ("channel", handing::by_channel),
    ("park", handing::by_parking),
    ("ring", handing::around),
];

/// Does the work of that name.
///
/// # Errors
/// The work's own.
///
/// # Panics
/// If there is no such work.
pub fn run(name: &str, folder: &Path, count: u32) -> io::Result<Duration> {
    let (_, work) = KINDS.iter().find(|(known, _)| *known == name).expect("there is such work");
    work(folder, count)
}

fn timed(count: u32, mut work: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    for _ in 0..count {
        work()?;
    }
    Ok(start.elapsed())
}
