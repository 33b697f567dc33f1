//! What answers calls. The server knows nothing else of plugins.

use crate::connection::Blocking;
use crate::wire::failure::Failure;
use crate::wire::identity::Caller;
use bytes::Bytes;
use futures::future::BoxFuture;
use std::time::Duration;

/// Answers the calls of the interfaces that it has.
pub trait Backend: Send + Sync + 'static {
    /// The interfaces: the section [`IMPLEMENTS`](plugix_abi::interface::descriptor::section::IMPLEMENTS) as a module has it.
    fn descriptors(&self) -> Bytes;

    /// Runs a call. Dropping the future ends it. It is polled on the thread that reads and writes for the server: what blocks
    /// goes to [`Call::blocking`].
    fn call(&self, call: Call) -> BoxFuture<'static, Outcome>;
}

/// What a call ends with.
pub type Outcome = Result<Answer, Failure>;

/// A call, checked but for its arguments.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The interface and the method: `WordCount/count`.
    pub method: String,
    /// The arguments, as the interface encodes them.
    pub args: Bytes,
    /// How long it may take.
    pub deadline: Duration,
    /// The caller's trace, as W3C has it. The caller can say anything here.
    pub trace: Option<String>,
    /// Who calls, if the host asks for that and the signature is right.
    pub caller: Option<Caller>,
    /// Runs what blocks.
    pub blocking: Blocking,
}

/// What a method has returned, as the interface encodes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its value.
    Value(Bytes),
    /// Its own error.
    Error(Bytes),
}
