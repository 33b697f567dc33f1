//! Tries, and waits, until something is done.

use crate::part::{Part, total};
use crate::{Errno, Result, Thread};
use rustix::event::PollFlags;
use rustix::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Tries again whenever the descriptor is ready, if the try says that it would have to wait. It fails with
/// [`Errno::Again`] when the time is up, as the kernel does when a socket's own time is up.
pub(crate) fn until_done<R>(
    thread: &Thread,
    fd: BorrowedFd<'_>,
    events: PollFlags,
    waits: bool,
    timeout: Option<Duration>,
    mut attempt: impl FnMut() -> Result<R>,
) -> Result<R> {
    let mut deadline = None;
    loop {
        match attempt() {
            Err(Errno::Again) if waits => {}
            done => return done,
        }
        if deadline.is_none() {
            deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        }
        if !thread.wait_for(fd, events, deadline)? {
            return Err(Errno::Again);
        }
    }
}

/// Moves the parts piece by piece until all is done, or as much as is there if it doesn't wait for more. What was moved
/// before an error or the end counts, and the error is lost, as natively.
///
/// The stop is looked at in between: the same memory can be in many parts, and make more than is ever moved.
pub(crate) fn until_all(
    thread: &Thread,
    parts: &[Part],
    waits: bool,
    mut step: impl FnMut(&[Part]) -> Result<usize>,
) -> Result<usize> {
    let all = total(parts);
    let mut done = step(parts)?;
    if !waits || done == 0 {
        return Ok(done);
    }
    while done < all {
        match thread.check().and_then(|()| step(&rest(parts, done))) {
            Ok(0) | Err(_) => break,
            Ok(more) => done += more,
        }
    }
    Ok(done)
}

/// The parts from that many bytes on.
fn rest(parts: &[Part], mut skip: usize) -> Vec<Part> {
    let mut rest = Vec::new();
    for part in parts {
        if skip < part.len() {
            rest.push(part.skip(skip));
        }
        skip = skip.saturating_sub(part.len());
    }
    rest
}
