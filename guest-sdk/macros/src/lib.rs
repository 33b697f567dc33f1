//! The macros of `plugix-guest`, which re-exports them.

mod options;
mod plugin;

use proc_macro::TokenStream;

/// Registers a plugin, and what it implements.
///
/// ```ignore
/// #[plugix_guest::plugin(description = "Counts words", threads = 2, memory = "64 MiB")]
/// impl Plugin for Counter {
///     type Config = Settings;
///     fn new(settings: Settings) -> Result<Self, Box<dyn Error>> {
///         Ok(Counter { settings })
///     }
/// }
///
/// #[plugix_guest::plugin]
/// impl WordCount for Counter {
///     // …
/// }
/// ```
///
/// On `impl Plugin`, exactly once in a plugin: says who the plugin is (its name and version are those of its Cargo
/// package) and exports its start and end. `threads` and `memory` tell the host what the plugin takes to run.
///
/// On the `impl` of an interface, any number of times: exports its methods and puts its descriptor into the plugin.
#[proc_macro_attribute]
pub fn plugin(options: TokenStream, item: TokenStream) -> TokenStream {
    plugin::expand(options.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
