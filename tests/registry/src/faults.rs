//! Lets a step of a change on disk fail: the disk is full, or the process dies.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// What happens at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The disk is full at this step. Later ones work.
    Full,
    /// The process is dead from this step on, as far as the disk can tell.
    Dead,
    /// The process really dies, at once.
    Abort,
}

/// Counts steps, and lets one fail. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    at: usize,
    count: usize,
}

impl Faults {
    /// From now on, the step with this number is the faulty one. The next step is number 0.
    pub fn set(&self, fault: Fault, at: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State { fault, at, count: 0 };
    }

    /// How many steps there were since then.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// A step is to be made.
    ///
    /// # Errors
    /// If it is the faulty one.
    pub fn step(&self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
