//! What runs where: releases in a bucket, modules in an object store, and the loop of each host that takes its own.
//!
//! Whoever ships a plugin writes a [`Release`]: which module, with which policy, on which hosts, and how many instances. It
//! is signed as a whole, with the hash of the module in it. [`Deployments::apply`] puts both where the hosts find them.
//!
//! Each [`Host`] watches the bucket. It takes the releases that are for it, checks the signatures and the hash, has its
//! [`Runner`] start the plugin, serves it, and then lets go of the version before. One host at a time does so: it holds the
//! plugin's turn, which is a key of the bucket. If the new version doesn't start, the host says so in the bucket, keeps the
//! version before, and all others go back to it. No host leads; the bucket's revisions decide.

mod buckets;
mod deployments;
mod error;
mod health;
mod host;
mod placement;
mod prune;
mod release;
mod trust;

pub use deployments::{Applied, Deployments, Overview, PluginOverview};
pub use error::ShipError;
pub use health::{Health, PluginHealth, State};
pub use host::{Host, HostBuilder, Runner};
pub use prune::UnusedModule;
pub use release::{Hosts, Release, ReleaseError, Signed};
pub use trust::Trust;
