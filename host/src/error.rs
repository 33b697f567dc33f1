//! What can go wrong, and whose fault it is.

mod artifact;
mod cache;
mod call;
mod chain;
mod interface;
mod load;
mod overload;
mod signals;
mod site;
mod stop;
#[cfg(test)]
mod tests;

pub use artifact::ArtifactError;
pub use cache::CacheError;
pub(crate) use call::stack_frames;
pub use call::{CallError, Error, Panic, ProtocolError, StackFrame, Trap};
pub(crate) use chain::Chain;
pub use interface::InterfaceError;
pub use load::LoadError;
pub use overload::Overload;
pub(crate) use signals::{HostBreach, ThreadOffer};
pub(crate) use site::MethodRef;
pub use site::{MethodName, Site};
pub use stop::StopReason;
