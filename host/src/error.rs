//! What can go wrong, and whose fault it is.

mod call;
mod load;

pub use call::{CallError, Error, Frame, ProtocolError, Trap};
pub use load::LoadError;
