//! How a plugin is ended: at a deadline, by the host, or by its own fault; in whatever state, from whichever thread.
//!
//! It knows nothing of WebAssembly: what has to be told of an end says so by the trait [`Target`].

mod aside;
mod calls;
mod halt;
mod health;
mod prompt;
mod stopper;
mod watchdog;

pub(crate) use calls::Calls;
pub(crate) use halt::Halt;
pub(crate) use stopper::{Stopper, Target};
pub(crate) use watchdog::{Deadline, Watchdog};
