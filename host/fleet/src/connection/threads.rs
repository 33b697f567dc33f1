//! The threads of a connection.
//!
//! One of them at a time drives: it reads, writes and runs the tasks. A job that blocks, such as a plugin's call, comes to the
//! driver too, since another thread and back would take longer than most calls.

mod drivers;

use drivers::Drivers;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::runtime::{Builder, Handle};

/// The threads of one connection. They end when this goes.
pub(super) struct Threads {
    drivers: Arc<Drivers>,
    handle: Handle,
}

/// Runs what blocks on threads of the connection: jobs of one kind, such as the calls of one method. Clones are of the same kind.
#[derive(Clone)]
pub struct Blocking {
    drivers: Arc<Drivers>,
    /// Whether the last job of the kind was short.
    was_short: Arc<AtomicBool>,
}

struct Job {
    run: Box<dyn FnOnce() + Send>,
    was_short: Arc<AtomicBool>,
}

impl Threads {
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let drivers = Drivers::new(runtime);
        drivers.spawn()?;
        Ok(Self { drivers, handle })
    }

    /// Where the connection's tasks run.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Another kind of jobs.
    pub(super) fn blocking(&self) -> Blocking {
        Blocking { drivers: self.drivers.clone(), was_short: Arc::default() }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.drivers.end();
    }
}

impl Blocking {
    /// Has a thread of the connection run `job`. After the connection's end nobody runs it.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) {
        self.drivers.push(Job { run: Box::new(job), was_short: self.was_short.clone() });
    }
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").field("was_short", &self.was_short).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
