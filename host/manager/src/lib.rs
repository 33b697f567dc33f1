//! Plugins as an application keeps them: granted, linked, supervised, and reloaded with their state.

mod error;
mod lock;
mod managed;
mod manager;
mod order;
pub mod policy;
mod reload;
mod restart;
mod spec;
mod states;
mod status;
mod supervisor;
mod surroundings;

pub use error::{LinkError, ManagerError, ReloadError, ReloadStep};
pub use managed::Managed;
pub use manager::{Manager, ManagerBuilder};
pub use plugix_store as store;
pub use reload::Reloaded;
pub use restart::Restart;
pub use spec::{Mode, Spec};
pub use status::{Happened, Health, PastError, Status, What};
