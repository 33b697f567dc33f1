//! Asks the host's resolver, which blocks and can't be interrupted.

use super::permits::{Permit, Permits};
use crate::{Errno, Result, Thread};
use rustix::event::{EventfdFlags, PollFlags, eventfd};
use rustix::fd::OwnedFd;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::Builder;

/// Look-ups that one plugin can have under way.
const MAX_OF_PLUGIN: u32 = 2;

/// Look-ups that all plugins of a process can have under way, those of plugins that were stopped meanwhile included:
/// each has a thread until the resolver gives up.
const MAX_OF_PROCESS: u32 = 32;

pub(super) type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// The resolver as one plugin uses it.
pub(super) struct Resolver {
    resolve: Arc<Resolve>,
    permits: OnceLock<Permits>,
}

/// Where a thread that asks leaves the answer.
#[derive(Debug)]
struct Answer {
    found: Mutex<Option<io::Result<Vec<IpAddr>>>>,
    ready: OwnedFd,
}

impl Resolver {
    pub(super) fn new() -> Self {
        Self::with(Arc::new(|name| Ok((name, 0).to_socket_addrs()?.map(|found| found.ip()).collect())))
    }

    pub(super) fn with(resolve: Arc<Resolve>) -> Self {
        Self { resolve, permits: OnceLock::new() }
    }

    /// Asks on a thread of its own, which goes on alone if the plugin is stopped.
    pub(super) fn look_up(&self, thread: &Thread, name: &str) -> Result<Vec<IpAddr>> {
        let own = permits(&self.permits, MAX_OF_PLUGIN)?.take(thread)?;
        let of_process = permits(&PROCESS, MAX_OF_PROCESS)?.take(thread)?;
        let ready = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let answer = Arc::new(Answer { found: Mutex::new(None), ready });
        self.ask(name, answer.clone(), [own, of_process])?;
        thread.wait_for(&answer.ready, PollFlags::IN, None)?;
        let found = answer.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.ok_or(Errno::Io)?.map_err(|_| Errno::Addrnotavail)
    }

    fn ask(&self, name: &str, answer: Arc<Answer>, permits: [Permit; 2]) -> Result<()> {
        let (resolve, name) = (self.resolve.clone(), name.to_owned());
        let asking = move || {
            // Said in any case, also if the resolver panics.
            let answer = Ready(answer);
            let found = resolve(&name);
            *answer.0.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            drop(permits);
        };
        Builder::new().name("plugix-resolve".into()).spawn(asking).map(drop).map_err(|_| Errno::Nomem)
    }
}

static PROCESS: OnceLock<Permits> = OnceLock::new();

fn permits(cell: &OnceLock<Permits>, count: u32) -> Result<&Permits> {
    match cell.get() {
        Some(permits) => Ok(permits),
        None => {
            let permits = Permits::new(count)?;
            Ok(cell.get_or_init(|| permits))
        }
    }
}

/// Wakes who waits for an answer when it is dropped.
struct Ready(Arc<Answer>);

impl Drop for Ready {
    fn drop(&mut self) {
        // The count has room for one.
        let _ = rustix::io::write(&self.0.ready, &1u64.to_ne_bytes());
    }
}
