//! The macros of `plugix-abi`, which re-exports them.

mod interface;
mod schema;

use proc_macro::TokenStream;

/// Makes a trait a contract between a host and its plugins.
///
/// ```
/// use plugix_abi::{Pod, PodSlice, PodVec, Schema, Zeroable};
/// use serde::{Deserialize, Serialize};
/// use std::collections::BTreeMap;
///
/// #[derive(Debug, Serialize, Deserialize, Schema)]
/// pub enum CountError {
///     NoFolder(String),
/// }
///
/// #[derive(Clone, Copy, Pod, Zeroable, Schema)]
/// #[bytemuck(crate = "plugix_abi::bytemuck")]
/// #[repr(C)]
/// pub struct Rgba([u8; 4]);
///
/// #[plugix_abi::interface(version = "1.2")]
/// pub trait WordCount {
///     /// Counts words in every file below `dir`.
///     fn count(&self, dir: &str) -> Result<BTreeMap<String, u64>, CountError>;
///     fn blur(&self, pixels: PodSlice<'_, Rgba>, radius: u32) -> PodVec<Rgba>;
///     /// Plugins built for version 1.1 lack this one: the client then runs the body here.
///     fn version(&self) -> u32 {
///         1
///     }
/// }
/// # fn main() {}
/// ```
///
/// The trait stays as it is. Beside it come
/// - `WordCountClient<C: Caller>`, with the same methods: one that returns `T` gives `Result<T, C::Error>`, one that
///   returns `Result<T, E>` gives `Result<T, CallError<E, C::Error>>`,
/// - `impl Interface for dyn WordCount`: names, hashes, dispatchers and the descriptor,
/// - a hidden macro with the trait's name, by which `#[plugix_guest::plugin]` learns of the methods.
///
/// # Options
/// - `version = "1.2"`: required. Versions with the same first number are compatible.
/// - `name = "word-count"`: what the interface is called outside Rust; the trait's name if left out.
/// - `crate = path`: where `plugix_abi` is found, if not there.
///
/// # Types
/// Arguments and results are `Serialize`, `Deserialize` and [`Schema`](macro@Schema). Arguments may be borrowed. Of the
/// types that travel in a way of their own (`Vec<u8>`, `&[u8]`, `String`, `PodSlice`, `PodVec`, `Stream`, numbers) it
/// is the written name that counts: a type alias is encoded by serde. Elements of a `PodSlice` derive `Pod`, `Zeroable`
/// and `Schema`; a crate without bytemuck adds `#[bytemuck(crate = "plugix_abi::bytemuck")]`. There is no `usize`,
/// which has another size in a plugin, and no type that contains itself. A default body sees the other methods through the client; it
/// panics when one of those calls fails.
#[proc_macro_attribute]
pub fn interface(options: TokenStream, item: TokenStream) -> TokenStream {
    interface::expand(options.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Says which fields a type has, so that both sides can compare and a caller without the type can encode it.
///
/// Reads `#[serde(rename = "…")]` and `#[serde(rename_all = "…")]`. Serde attributes that postcard can't encode, such
/// as `skip_serializing_if` or `untagged`, are errors.
///
/// In a crate that doesn't depend on `plugix-abi`, `#[schema(crate = plugix_guest::abi)]` says where it is.
///
/// ```
/// use plugix_abi::Schema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Schema)]
/// #[serde(rename_all = "kebab-case")]
/// enum Shape {
///     Circle { radius: f64 },
///     UnitSquare,
/// }
/// ```
#[proc_macro_derive(Schema, attributes(serde, schema))]
pub fn schema(item: TokenStream) -> TokenStream {
    schema::expand(item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
