//! Lets a step of a change fail: the disk is full, or the process dies.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// What happens at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The disk is full at this step. Later ones work.
    Full,
    /// The process is dead from this step on, as far as the disk can tell.
    Dead,
    /// The process really dies.
    Abort,
}

/// Counts steps, and lets one fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) fault: Fault,
    pub(crate) at: usize,
    pub(crate) count: Arc<AtomicUsize>,
}

impl Faults {
    pub(crate) fn new(fault: Fault, at: usize) -> Self {
        Self { fault, at, count: Arc::default() }
    }

    pub(super) fn step(&self) -> io::Result<()> {
        let step = self.count.fetch_add(1, SeqCst);
        match self.fault {
            Fault::Full if step == self.at => Err(io::ErrorKind::StorageFull.into()),
            Fault::Dead if step >= self.at => Err(io::Error::other("dead")),
            Fault::Abort if step == self.at => std::process::abort(),
            _ => Ok(()),
        }
    }
}
