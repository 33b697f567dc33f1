//! Typed interfaces, from both sides; the plugin is `guests/typed`.

mod clients;
mod dynamic;
mod echo;
mod errors;
mod host_functions;
mod interfaces;
mod json_host;
mod services;
mod start;
pub(crate) mod store;
mod streams;

use plugix_e2e::guest;
use plugix_e2e_contract::host::Store;
use plugix_host::Plugin;
use plugix_host::error::CallError;
use plugix_host::plugin::PluginBuilder;
use std::fmt::Debug;
use store::TestStore;

/// The plugin, with a store and a configuration that it starts with.
pub(crate) fn builder(store: &TestStore) -> PluginBuilder {
    Plugin::builder(&guest("typed")).config(&None::<String>).provide(<dyn Store>::provider(store.clone()))
}

/// A plugin with a store of its own.
///
/// # Panics
/// If it doesn't start.
pub(crate) fn typed() -> Plugin {
    builder(&TestStore::default()).start().unwrap_or_else(|error| panic!("the plugin doesn't start: {error}"))
}

/// What a call returned. The method's own error may be no `std::error::Error`.
fn value<T, E: Debug>(outcome: Result<T, CallError<E>>) -> anyhow::Result<T> {
    outcome.map_err(|error| anyhow::anyhow!("{error:?}"))
}
