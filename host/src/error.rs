//! What can go wrong, and whose fault it is.

mod artifact;
mod cache;
mod call;
mod chain;
mod fault;
mod load;
mod overload;
mod protocol;
mod signals;
mod site;
mod stop;

pub use artifact::ArtifactError;
pub use cache::CacheError;
pub use call::{CallError, Error};
pub(crate) use chain::Chain;
pub(crate) use fault::stack_frames;
pub use fault::{Panic, StackFrame, Trap};
pub use load::LoadError;
pub use overload::Overload;
pub use protocol::ProtocolError;
pub(crate) use signals::{HostBreach, ThreadOffer};
pub(crate) use site::MethodRef;
pub use site::{MethodName, Site};
pub use stop::StopReason;

pub use plugix_module::{InterfaceError, ModuleError};
