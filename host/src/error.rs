//! What can go wrong, and whose fault it is.

mod call;
mod interface;
mod load;
mod overload;
mod stop;

pub use call::{CallError, Error, Frame, Panic, ProtocolError, Trap};
pub use interface::InterfaceError;
pub use load::LoadError;
pub use overload::Overload;
pub use stop::StopReason;
