//! Typed interfaces: a contract is a trait that both sides depend on.
//!
//! [`#[interface]`](macro@crate::interface) leaves the trait as it is and implements [`Interface`] for its `dyn` type:
//! a typed client, a dispatcher for each method and a descriptor. Nothing here knows how a call reaches the other
//! side; a [`Caller`] does.
//!
//! - Arguments: postcard of each, one after the other (see [`Args`] for the exceptions).
//! - Results: see [`Return`].

mod args;
mod caller;
pub mod descriptor;
mod error;
mod info;
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
pub use error::{BadArguments, DecodeError, EncodeError};
pub use info::{ArgInfo, ImportKind, InterfaceInfo, MethodInfo, ReturnInfo, Shape, Version};
pub use output::{Output, Payload};
pub use pod::{PodSlice, PodVec};
pub use provider::{Provide, Provider};
pub use returns::{Fallible, Postcard, Raw, RawValue, Return, ScalarReturn, Streamed};
pub use scalar::{MAX_REGISTERS, Registers, Scalar};
pub use schema::Writer;
pub use sink::{Full, Measure, Sink, SliceSink};
pub use stream::{CHUNK_LEN, Item, Produce, Pull, Stream, StreamError};
