//! Typed interfaces: a contract is a trait that both sides depend on.
//!
//! [`#[interface]`](macro@crate::interface) leaves the trait as it is. It implements [`Interface`] for the trait's
//! `dyn` type: a typed client, a dispatcher for each method, and a descriptor. Nothing here knows how a call reaches
//! the other side; a [`Caller`] does.
//!
//! - Arguments: postcard of each, one after the other (see [`Args`] for the exceptions).
//! - Results: see [`Return`].
//!
//! A client is generic over its [`Caller`]. The same code serves a host that calls a plugin, and a plugin that calls
//! its host:
//!
//! ```
//! use plugix_abi::interface::{CallError, Caller, ImportKind};
//! use plugix_abi::{Interface, interface};
//!
//! #[interface(version = "1.0")]
//! pub trait WordCount {
//!     /// Counts the words of a text. The error is how many bytes are too many.
//!     fn count(&self, text: &str) -> Result<u32, u64>;
//!     /// Words of that length at the most are left out.
//!     fn ignore(&self, length: u32);
//! }
//!
//! /// How many words, or what there is to say to a person.
//! fn count<C: Caller>(client: &WordCountClient<C>, text: &str) -> Result<u32, String> {
//!     client.ignore(2).map_err(|error| error.to_string())?;
//!     client.count(text).map_err(|error| match error {
//!         CallError::Returned(bytes) => format!("{bytes} bytes too many"),
//!         CallError::Failed(error) => error.to_string(),
//!     })
//! }
//!
//! fn main() {
//!     let info = <dyn WordCount>::INFO;
//!     assert_eq!((info.name, info.version.to_string()), ("WordCount", "1.0.0".to_owned()));
//!     // A text stands in memory, a number in a register.
//!     assert_eq!(info.methods[0].import, ImportKind::Frame);
//!     assert_eq!(info.methods[1].import, ImportKind::Scalar);
//! }
//! ```

mod args;
mod caller;
mod calls;
mod contract;
mod decoder;
pub mod descriptor;
mod encoder;
mod error;
mod info;
mod limited;
mod number;
mod output;
mod pod;
mod provider;
mod returns;
mod scalar;
mod schema;
mod sink;
mod stream;

pub use args::{Args, Bytes, EncodeArg, EncodeArgs, ScalarArg, StreamArg, Value};
pub use caller::{CallError, Caller, FailureOf, FrameFn, Import, Interface, Method, ReturnOf, ScalarFn, ValueOf};
pub use calls::Calls;
pub use contract::{Bind, Contract, Either, EitherOf};
pub use error::{BadArguments, DecodeError, EncodeError};
pub use info::{ArgInfo, ImportKind, InterfaceInfo, MethodInfo, ReturnInfo, Shape, Version};
pub use limited::Bounds;
pub use output::{Output, Payload};
pub use pod::{PodSlice, PodVec};
pub use provider::{Provide, Provider};
pub use returns::{Fallible, Postcard, Raw, RawValue, Return, ScalarReturn, Streamed, decode};
pub use scalar::{MAX_REGISTERS, Registers, Scalar};
pub use schema::Writer;
#[doc(hidden)]
pub use schema::{DEFAULTED, Defaulted, OTHER};
pub use sink::{Full, Measure, Sink, SliceSink};
pub use stream::{CHUNK_LEN, Chunk, Item, Produce, Pull, Stream, StreamError, break_off, replace_items};
