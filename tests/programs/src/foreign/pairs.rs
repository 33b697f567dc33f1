//! Sockets that are connected from the start.

use super::{end_writing, new_pair, receive, send};
use crate::told::Told;
use std::io;
use std::path::Path;
use std::thread;

/// Bytes go both ways.
pub fn both_ways(_folder: &Path) -> io::Result<String> {
    let [one, other] = new_pair()?;
    let mut told = Told::new();
    told.line("there", send(&one, b"question"));
    told.line("heard", receive(&other, 20));
    told.line("and back", send(&other, b"answer"));
    told.line("heard", receive(&one, 20));
    let waiting = thread::spawn(move || receive(&other, 20));
    send(&one, b"at last")?;
    told.line("on a thread", waiting.join().expect("a thread doesn't panic"));
    told.end()
}

/// One side has said all, the other goes on.
pub fn half_closed(_folder: &Path) -> io::Result<String> {
    let [one, other] = new_pair()?;
    let mut told = Told::new();
    send(&one, b"all")?;
    told.line("said", end_writing(&one));
    told.line("more", send(&one, b"more"));
    told.line("heard", receive(&other, 20));
    told.line("the end", receive(&other, 20));
    told.line("back", send(&other, b"answer"));
    drop(other);
    told.line("heard", receive(&one, 20));
    told.line("the end", receive(&one, 20));
    told.end()
}
