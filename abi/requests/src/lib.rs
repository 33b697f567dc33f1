//! What a plugin asks for: requests as data, as text and as a section, and what covers what.
//!
//! A plugin's author says in `Cargo.toml` what the plugin would like, each with a reason. The macro of `plugix-guest` checks
//! that, and writes it into the module. A host reads it as an allegation. It asks a person, or decides by itself. Nothing
//! here grants anything.

mod cover;
#[cfg(feature = "toml")]
pub mod document;
mod error;
mod item;
mod kind;
pub mod network;
mod plain;
mod requests;
mod section;
#[cfg(feature = "toml")]
mod toml;
pub mod units;

pub use error::{RequestError, SectionError};
pub use item::{Access, Item, Request, Version};
pub use kind::{Kind, LimitKind, NetworkKind, Unit, UnknownKind};
pub use plain::printable;
pub use requests::Requests;
pub use section::{MAX_SECTION_LEN, read, write};
#[cfg(feature = "toml")]
pub use toml::{SECTIONS, TextError, keys, read_item, write_item};

/// The most that one plugin may ask for.
pub const MAX_REQUESTS: usize = 256;

/// The examples of the page that the package has.
#[cfg(all(doctest, feature = "toml"))]
#[doc = include_str!("../README.md")]
struct Readme;
