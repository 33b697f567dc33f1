//! Signals within a plugin: what is pending, who takes it, and what it does.
//!
//! A signal never interrupts code of the plugin's. It waits until a thread makes its next system call or ends one, and
//! ends waits in between. A handler never runs within a handler, so that none needs more stack than one call.

mod calls;
mod deliveries;
mod kind;
mod pending;

pub use deliveries::Deliveries;
pub use kind::Signal;
pub use pending::{Delivery, Handling};
pub(crate) use pending::{Own, Shared};
