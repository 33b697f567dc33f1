//! Work that `cargo xtask bench io` times, natively and as a plugin. Each kind does the same thing `count` times, and
//! prepares what it needs before it takes the time.

mod handing;
mod naming;
mod passing;
mod reading;
mod sending;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Does something `count` times in a folder. Returns how long that took.
pub type Work = fn(&Path, u32) -> io::Result<Duration>;

/// A kind of work.
#[derive(Debug)]
pub struct Kind {
    /// What programs call it.
    pub name: &'static str,
    /// What one of it is, for people; none if it is no row of a table.
    pub title: Option<&'static str>,
    /// How often it is done to be timed.
    pub count: u32,
    work: Work,
}

macro_rules! kinds {
    ($($name:literal $($title:literal)?, $count:literal, $work:expr;)*) => {
        /// All of them.
        pub const KINDS: &[Kind] =
            &[$(Kind { name: $name, title: kinds!(@title $($title)?), count: $count, work: $work },)*];
    };
    (@title) => { None };
    (@title $title:literal) => { Some($title) };
}

kinds! {
    "read" "read 64 KiB in order", 4096, reading::in_order;
    "write" "write 64 KiB in order", 4096, reading::written;
    "random" "read 4 KiB at random", 50_000, reading::at_random;
    "open" "open and close", 20_000, naming::opened;
    "create" "create and remove", 5_000, naming::created;
    "stat" "stat", 50_000, naming::looked_at;
    "list" "list 60,000 entries", 60_000, naming::listed;
    "append" "four threads append 64 bytes", 40_000, reading::appended;
    "tcp" "TCP round trip of 64 bytes", 5_000, sending::there_and_back;
    "stream" "TCP, 64 KiB one way", 4096, sending::one_way;
    "pipe" "pipe, there and back", 5_000, handing::through_pipes;
    "mutex" "mutex and condvar, there and back", 5_000, handing::by_mutex;
    "channel" "channel, there and back", 5_000, handing::by_channel;
    "park" "park and unpark, there and back", 5_000, handing::by_parking;
    "ring", 10_000, handing::around;
    "tokens", 10_000, passing::tokens;
}

/// The kind of that name.
///
/// # Panics
/// If there is none.
pub fn find(name: &str) -> &'static Kind {
    KINDS.iter().find(|known| known.name == name).expect("there is such work")
}

/// Does the work of that name.
///
/// # Errors
/// The work's own.
///
/// # Panics
/// If there is no such work.
pub fn run(name: &str, folder: &Path, count: u32) -> io::Result<Duration> {
    (find(name).work)(folder, count)
}

fn timed(count: u32, mut work: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    for _ in 0..count {
        work()?;
    }
    Ok(start.elapsed())
}
