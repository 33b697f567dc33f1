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
/// - the trait `WordCountCalls`, with the client's methods: for adapters between versions, and for code over any client;
/// - `WordCountFake`, an implementation for tests;
/// - a hidden macro with the trait's name. It tells `#[plugix_guest::plugin]` which methods there are.
///
/// A method with `#[repeatable]` may run twice for one call. Whoever calls over a network then sends the call again when no
/// answer comes. Without this, such a call fails with an error that says that it may have run.
///
/// # Interfaces that change
/// A host and a plugin that were built with different versions fit if the first numbers are equal, and if the differences
/// are of these kinds. The host compares both before it compiles a plugin, and then rewrites what crosses. Where nothing
/// differs, nothing is rewritten. `plugix diff` compares two modules in the same way.
///
/// - A method with a default body may be missing on the other side. The client then runs the body.
/// - `#[since("1.2")]` on a method without a default body: the other side may lack it if its version is an earlier one. The
///   call fails then, and the error says since which version the method is there. `client.has_…()` tells ahead.
/// - `#[was("old_name")]`: the method had this name. A later method may take the name: the two stand side by side.
/// - The types in a method may change as [`Schema`](macro@Schema) says.
///
/// ```
/// #[plugix_abi::interface(version = "1.2")]
/// pub trait Pages {
///     #[was("render")]
///     fn render_text(&self, page: u32) -> String;
///     #[since("1.2")]
///     fn render(&self, page: u32, width: u32) -> Vec<String>;
/// }
///
/// fn lines<C: plugix_abi::interface::Caller>(pages: &PagesClient<C>) -> Result<Vec<String>, C::Error> {
///     if pages.has_render() { pages.render(1, 80) } else { Ok(vec![pages.render_text(1)?]) }
/// }
/// # fn main() {}
/// ```
///
/// Any other change takes another first number, and each such version is a trait of its own. A host that takes plugins of
/// two has a contract of its own: `plugix_abi::interface::Contract`.
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
/// refused, because it has another size in a plugin. A type that contains itself is refused as well, and so is an array
/// of more than 32 elements, unless it is within elements of a `PodSlice`: serde doesn't encode it. A default body
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
/// # Types that change
/// Fields and variants are found by their names, whatever their order.
///
/// - `#[schema(default)]` on a named field: a side without the field fits. It doesn't see the field, and what it sends has
///   the zero of the field's type: `None`, 0, `false`, an empty text, list or map, the first variant.
/// - `#[schema(default = 7)]`: the same with this number, text, character or `bool`.
/// - `#[schema(other)]` on a variant without data: variants that this side doesn't know become this one.
///
/// The mark stands where the field or the variant is: a field that only one side has is marked on that side, and `other`
/// is there before the variants come that an older side doesn't know. Elements of a `PodSlice` and keys of a map can't
/// change.
///
/// ```
/// use plugix_abi::Schema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Schema)]
/// struct Page {
///     text: String,
///     #[schema(default)]
///     title: Option<String>,
///     #[schema(default = 80)]
///     width: u32,
/// }
///
/// #[derive(Serialize, Deserialize, Schema)]
/// enum PageError {
///     NoPage,
///     TooWide { most: u32 },
///     #[schema(other)]
///     Unknown,
/// }
/// ```
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
