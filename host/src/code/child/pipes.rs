//! Writes to a process and reads from it at the same time, until a deadline.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ExitStatus};
use std::time::Instant;

/// How much of the standard error is kept, in bytes.
const SAID: usize = 4 << 10;

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The deadline has passed.
    Late,
    /// The answer is longer than it may be.
    TooLong,
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rustix::io::Errno> for Failure {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Io(error.into())
    }
}

/// Writes the parts to the process, and returns what it answers: at most `most` bytes, and the beginning of what it says on
/// standard error.
pub(super) fn exchange(
    child: &mut Child,
    parts: &[&[u8]],
    most: usize,
    deadline: Instant,
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let (mut input, mut output, mut error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    for fd in [input.as_ref().map(AsFd::as_fd), output.as_ref().map(AsFd::as_fd), error.as_ref().map(AsFd::as_fd)] {
        let Some(fd) = fd else { continue };
        fcntl_setfl(fd, fcntl_getfl(fd)? | OFlags::NONBLOCK)?;
    }
    let (mut answer, mut said) = (Vec::new(), Vec::new());
    let mut parts = parts.iter().copied().filter(|part| !part.is_empty());
    let mut part: &[u8] = parts.next().unwrap_or(&[]);
    while output.is_some() || error.is_some() {
        if Instant::now() >= deadline {
            return Err(Failure::Late);
        }
        ready(input.as_ref(), output.as_ref(), error.as_ref(), deadline)?;
        if let Some(pipe) = &mut input {
            match unblocked(pipe.write(part)) {
                Ok(written) => part = &part[written.unwrap_or(0)..],
                // It doesn't want more. Its answer says why.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => input = None,
                Err(error) => return Err(error.into()),
            }
            if part.is_empty() {
                part = parts.next().unwrap_or(&[]);
            }
            if part.is_empty() {
                input = None;
            }
        }
        if read(&mut output, &mut answer)? {
            output = None;
        }
        if answer.len() > most {
            return Err(Failure::TooLong);
        }
        if read(&mut error, &mut said)? {
            error = None;
        }
        said.truncate(SAID);
    }
    Ok((answer, said))
}

/// Waits until one of the pipes can be used.
fn ready(
    input: Option<&impl AsFd>,
    output: Option<&impl AsFd>,
    error: Option<&impl AsFd>,
    deadline: Instant,
) -> Result<(), Failure> {
    let mut polled = Vec::with_capacity(3);
    polled.extend(input.map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
    polled.extend(output.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    polled.extend(error.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    until(&mut polled, deadline)
}

/// Reads what there is. Whether that was the end.
fn read(pipe: &mut Option<impl Read>, into: &mut Vec<u8>) -> io::Result<bool> {
    let Some(pipe) = pipe else { return Ok(false) };
    let start = into.len();
    into.resize(start + PIECE, 0);
    let read = unblocked(pipe.read(&mut into[start..]));
    into.truncate(start + *read.as_ref().ok().and_then(Option::as_ref).unwrap_or(&0));
    Ok(read? == Some(0))
}

/// `None` if there is nothing to do now.
fn unblocked(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits for the end of a process that has closed its pipes or was killed. `None` if it was still there at the deadline: it
/// is killed then.
pub(super) fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        match until(&mut [PollFd::new(&process, PollFlags::IN)], deadline) {
            Ok(()) => {}
            Err(Failure::Io(error)) => return Err(error),
            Err(_) => {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
        }
    }
}

/// Waits until one of them can be used.
fn until(polled: &mut [PollFd<'_>], deadline: Instant) -> Result<(), Failure> {
    let left = deadline.saturating_duration_since(Instant::now());
    let timeout =
        Timespec { tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() };
    match poll(polled, Some(&timeout)) {
        Ok(0) => Err(Failure::Late),
        Ok(_) => Ok(()),
        Err(rustix::io::Errno::INTR) if deadline > Instant::now() => Ok(()),
        Err(rustix::io::Errno::INTR) => Err(Failure::Late),
        Err(error) => Err(error.into()),
    }
}
