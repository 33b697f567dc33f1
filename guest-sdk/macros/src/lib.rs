//! The macros of `plugix-guest`, which re-exports them.

mod options;
mod plugin;

use proc_macro::TokenStream;

/// Registers a plugin, and what it implements.
///
/// ```
/// use plugix_abi::{Schema, interface};
/// use plugix_guest::Plugin;
/// use serde::Deserialize;
/// use std::error::Error;
///
/// // In a crate of its own, which the host depends on too.
/// #[interface(version = "1.0")]
/// pub trait WordCount {
///     fn count(&self, text: &str) -> u32;
/// }
///
/// #[derive(Deserialize, Schema)]
/// struct Settings {
///     shortest: u32,
/// }
///
/// struct Counter {
///     settings: Settings,
/// }
///
/// #[plugix_guest::plugin(description = "Counts words", threads = 2, memory = "64 MiB")]
/// impl Plugin for Counter {
///     type Config = Settings;
///
///     fn new(settings: Settings) -> Result<Self, Box<dyn Error>> {
///         Ok(Counter { settings })
///     }
/// }
///
/// #[plugix_guest::plugin]
/// impl WordCount for Counter {
///     fn count(&self, text: &str) -> u32 {
///         text.split_whitespace().filter(|word| word.len() as u32 >= self.settings.shortest).count() as u32
///     }
/// }
/// # fn main() {}
/// ```
///
/// On `impl Plugin`, exactly once in a plugin: says who the plugin is, and exports its start and its end. The plugin's
/// name and version are those of its Cargo package. `threads` and `memory` tell the host what the plugin needs to run.
///
/// On the `impl` of an interface, any number of times: exports its methods and puts its descriptor into the plugin.
///
/// On `impl Stateful`: exports what the plugin keeps when another version takes its place.
#[proc_macro_attribute]
pub fn plugin(options: TokenStream, item: TokenStream) -> TokenStream {
    plugin::expand(options.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
