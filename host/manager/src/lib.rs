//! Plugins as an application keeps them: granted, linked, supervised, and reloaded with their state.
//!
//! The rooms, and what each knows nothing of:
//!
//! | room | has | knows nothing of |
//! |---|---|---|
//! | `restart`, `order` | when a plugin is started again, and which comes first | plugins that run |
//! | `policy` | from a grant to a policy | where grants are kept |
//! | `spec`, `status`, `error` | what is asked for, and what is told | how it is done |
//! | `states` | saved states on disk | when they are saved |
//! | `surroundings` | how an instance is made | which instance serves |
//! | `managed`, `entry`, `reload` | a plugin, and what takes its place | other plugins, but those it calls |
//! | `supervisor` | deaths and times | how a plugin is started |
//! | `manager`, `manager_builder`, `links` | all plugins by name | where modules come from |
//! | `installed`, `versions` | modules from a store, under their grants | how plugins are run |

mod entry;
mod error;
mod installed;
mod links;
mod lock;
mod managed;
mod manager;
mod manager_builder;
mod order;
pub mod policy;
mod reload;
mod restart;
mod spec;
mod states;
mod status;
mod supervisor;
mod surroundings;
mod versions;

pub use error::{LinkError, ManagerError, ReloadError, ReloadStep};
pub use installed::{Installed, InstalledError, InstalledPlugin, Update};
pub use managed::Managed;
pub use manager::Manager;
pub use manager_builder::ManagerBuilder;
pub use plugix_store as store;
pub use reload::Reloaded;
pub use restart::Restart;
pub use spec::{Mode, Spec};
pub use status::{Happened, Health, PastError, Status, What};
pub use versions::{Settled, Waiting};

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
