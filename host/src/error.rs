//! What can go wrong, and whose fault it is.

mod artifact;
mod cache;
mod call;
mod load;
mod offer;
mod overload;
mod stop;

pub use artifact::ArtifactError;
pub use cache::CacheError;
pub use call::{CallError, Error, Panic, ProtocolError, StackFrame, Trap};
pub use load::LoadError;
pub(crate) use offer::ThreadOffer;
pub use overload::Overload;
pub use stop::StopReason;

pub use plugix_module::{InterfaceError, ModuleError};
