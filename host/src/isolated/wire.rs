//! What the two processes tell each other. Both are of one version.

mod failure;
mod frames;
mod fuzzed;

pub(super) use failure::{Failure, NotStarted, broken};
pub(super) use frames::{Received, receive, send, send_now, send_with};
pub(crate) use fuzzed::{hear, messages};

use crate::events::Event;
use crate::output::StandardStream;
use crate::plugin::{Metadata, Usage};
use crate::policy::Sent;
use serde::{Deserialize, Serialize};

/// The only argument of the process.
pub(super) const ARGUMENT: &str = "plugix-plugin-child";

/// How many threads of the plugin can call host functions at once, beside those that run calls of the host's. More wait.
pub(super) const SIDE_LANES: usize = 8;

/// The longest message of the process, in bytes: a line of output, an event, a name.
pub(super) const LONGEST: usize = 1 << 20;

/// What the process is told first. With it come descriptors: the segment, the artifact, and standard input if there is one.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Begin {
    /// The process that asks. When it ends, the child ends as well.
    pub(super) parent: u32,
    /// The version of Plugix.
    pub(super) plugix: String,
    pub(super) name: String,
    pub(super) policy: Sent,
    pub(super) config: Vec<u8>,
    /// Which methods the host provides, by the interfaces that the module wants and by their methods.
    pub(super) provides: Vec<Vec<bool>>,
    pub(super) workers: usize,
    pub(super) backtraces: bool,
    /// Whether all of the wall has to stand.
    pub(super) required: bool,
    /// Bytes of memory.
    pub(super) memory: u64,
}

/// What the process is asked later.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// To say what it uses. All that it has said before comes first.
    Usage { number: u64 },
    /// To send the plugin a signal.
    Signal { number: u8 },
}

/// What the process says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Tell {
    Started {
        metadata: Box<Metadata>,
        lacks: Vec<String>,
    },
    NotStarted(NotStarted),
    Event(Event),
    Output(StandardStream, Vec<u8>),
    Usage {
        number: u64,
        usage: Box<Usage>,
    },
    /// The plugin has ended while it ran no call.
    Ended(Failure),
    /// A thread of the plugin wants to call the host, in this lane.
    Side(u32),
}

/// What the messages in lanes are. The host sends `CALL` and the like; the process answers, or asks something first.
pub(super) mod kind {
    /// Run the method of an interface: values are both of their places in the module's list.
    pub(in crate::isolated) const CALL: u32 = 1;
    /// Run an export. Its name comes first, and the first value is the length of that.
    pub(in crate::isolated) const EXPORT: u32 = 2;
    /// The answer of a host function: its status.
    pub(in crate::isolated) const ANSWER: u32 = 3;
    /// Make the next chunk of a stream that the plugin gave to the host function which runs.
    pub(in crate::isolated) const PULL: u32 = 4;
    /// End such a stream.
    pub(in crate::isolated) const LET_GO: u32 = 5;

    /// The method has ended: its status, which is `Ok` or `Error`.
    pub(in crate::isolated) const RESULT: u32 = 17;
    /// The call has failed: a [`Failure`](super::Failure).
    pub(in crate::isolated) const FAILED: u32 = 18;
    /// Run a host function: both places.
    pub(in crate::isolated) const HOST: u32 = 19;
    /// Make the next chunk of a stream of the host's: its handle.
    pub(in crate::isolated) const NEXT: u32 = 20;
    /// End such a stream.
    pub(in crate::isolated) const DROP: u32 = 21;
    /// A chunk that the host wanted; the first value is 0. Or why there is none; then it is 1.
    pub(in crate::isolated) const CHUNK: u32 = 22;
}
