//! The macros of `plugix-abi`, which re-exports them.

mod crossing;
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
/// - `WordCountClient<C: Caller>`, with the same methods. Where the trait returns `T`, the client returns `Result<T,
///   C::Error>`. Where the trait returns `Result<T, E>`, the client returns `Result<T, CallError<E, C::Error>>`;
/// - `impl Interface for dyn WordCount`: names, hashes, dispatchers and the descriptor;
/// - a hidden macro with the trait's name. It tells `#[plugix_guest::plugin]` which methods there are.
///
/// # Options
/// - `version = "1.2"`: required. Versions with the same first number are compatible.
/// - `name = "word-count"`: the interface's name outside Rust. Without it, the trait's name counts.
/// - `crate = path`: the path of `plugix_abi`, if it is another one.
///
/// # Types
/// Arguments and results are `Serialize`, `Deserialize` and [`Schema`](macro@Schema). Arguments may be borrowed. Some
/// types travel in a way of their own: `Vec<u8>`, `&[u8]`, `String`, `PodSlice`, `PodVec`, `Stream` and numbers. The
/// macro knows them by the name that is written; serde encodes a type alias. Elements of a `PodSlice` derive `Pod`,
/// `Zeroable` and `Schema`; a crate without bytemuck adds `#[bytemuck(crate = "plugix_abi::bytemuck")]`. `usize` is
/// refused, because it has another size in a plugin. A type that contains itself is refused as well. A default body
/// calls the other methods through the client, and panics when such a call fails.
#[proc_macro_attribute]
pub fn interface(options: TokenStream, item: TokenStream) -> TokenStream {
    interface::expand(options.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Says which fields a type has. With that, both sides can compare the type, and a caller that lacks it can encode it.
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
