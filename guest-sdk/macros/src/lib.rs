//! The macros of `plugix-guest`, which re-exports them.

mod options;
mod plugin;
mod requests;

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
/// What the plugin asks for stands in its `Cargo.toml`, in `[package.metadata.plugix.requests]`, each thing with a reason in
/// words. A host or a person grants it, or less:
///
/// ```toml
/// [[package.metadata.plugix.requests.folders]]
/// guest = "/books"                      # where the plugin sees it
/// access = "read-write"                 # or "read-only", the default
/// size = "64 MiB"                       # optional: by how much it may grow
/// reason = "counts the words of the books"
///
/// [[package.metadata.plugix.requests.scratch]]
/// guest = "/tmp"
/// size = "16 MiB"
/// reason = "sorts words"
///
/// [[package.metadata.plugix.requests.env]]
/// name = "LANG"
/// value = "C.UTF-8"                     # optional: without it, the value of the host's own variable
/// reason = "knows what a letter is"
///
/// [[package.metadata.plugix.requests.network]]
/// connect-tcp = "*.example.com:443"     # or another word of a policy's `[network]`
/// reason = "looks words up"
/// optional = true                       # the plugin works without it
///
/// [[package.metadata.plugix.requests.limits]]
/// memory = "512 MiB"                    # or another word of a policy's `[limits]` or `[deadlines]`, or `sockets`
/// reason = "keeps all words in memory"
///
/// [[package.metadata.plugix.requests.interfaces]]
/// name = "Dictionary"
/// version = "1.2"
/// reason = "asks what a word means"
/// ```
///
/// `requests = "requests.toml"` in the attribute names a file in its place, from the folder of `Cargo.toml` on. There the
/// lists are `[[folders]]` and so on.
///
/// On the `impl` of an interface, any number of times: exports its methods and puts its descriptor into the plugin.
///
/// On `impl Stateful`: exports what the plugin keeps when another version takes its place.
#[proc_macro_attribute]
pub fn plugin(options: TokenStream, item: TokenStream) -> TokenStream {
    plugin::expand(options.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
