//! Lets a step of a change fail: the disk is full, or the process dies.

use std::io;
use std::sync::{Arc, Mutex};

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
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    at: usize,
    count: usize,
}

impl Faults {
    /// From now on, the step with this number is the faulty one. The next step is number 0.
    pub(crate) fn set(&self, fault: Fault, at: usize) {
        *self.0.lock().unwrap() = State { fault, at, count: 0 };
    }

    pub(super) fn step(&self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let step = state.count;
        state.count += 1;
        match state.fault {
            Fault::Full if step == state.at => Err(io::ErrorKind::StorageFull.into()),
            Fault::Dead if step >= state.at => Err(io::Error::other("dead")),
            Fault::Abort if step == state.at => std::process::abort(),
            _ => Ok(()),
        }
    }
}
