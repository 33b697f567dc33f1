//! What a plugin may do. A new policy allows computing and nothing else.
//!
//! ```
//! use plugix_host::Policy;
//! use plugix_host::policy::{Access, Network};
//! use std::time::Duration;
//!
//! let policy = Policy::new()
//!     .mount("./books", "/books", Access::ReadOnly)
//!     .mount_limited("./results", "/results", 64 << 20) // bytes
//!     .scratch("/tmp", 16 << 20)
//!     .env("LANG", "en")
//!     .network(Network::new().connect_tcp("api.example.com:443")?.sockets(4))
//!     .memory(128 << 20)
//!     .threads(4)
//!     .call_deadline(Duration::from_secs(2));
//!
//! // The same, or a part of it, as text:
//! let text = Policy::from_toml_str(
//!     r#"
//!     [[mounts]]
//!     host = "./books"
//!     guest = "/books"
//!
//!     [network]
//!     connect-tcp = ["api.example.com:443"]
//!
//!     [limits]
//!     memory = "128 MiB"
//!     threads = 4
//!
//!     [deadlines]
//!     call = "2s"
//!     "#,
//!     ".",
//! )?;
//!
//! let wrong = Policy::from_toml_str("[limits]\nmemry = \"1 GiB\"", ".").unwrap_err();
//! assert!(wrong.to_string().contains("did you mean `memory`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod everything;
mod files;
mod input;
mod output;
mod sent;
#[cfg(feature = "toml")]
mod toml;

pub use files::Mount;
pub use input::{Stdin, StdinWriter};
pub use plugix_system::{Access, Network, NetworkRuleError};
#[cfg(feature = "toml")]
pub use toml::{DocumentError, Place, PolicyError};

pub(crate) use sent::Sent;

use crate::output::Forward;
use files::OPEN_FILES_RANGE;
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::Duration;

/// How many bytes of standard output are kept until somebody takes them. Standard error has as many.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How many bytes one call may return.
const RESULT_LIMIT: u32 = 1 << 30;

/// How many bytes the arguments of one host function may have.
const ARGUMENT_LIMIT: u32 = 64 << 20;

/// How many bytes of memory all threads of a plugin share.
const MEMORY: u64 = 256 << 20;

/// How many bytes of native stack each thread has.
const STACK: usize = 1 << 20;

/// The least and the most bytes of native stack that a policy can set. 64 KiB of a stack are kept free for the engine's
/// own code. When the engine can't map a stack, it panics, so no policy asks for a large part of the address space.
const STACK_RANGE: RangeInclusive<usize> = 256 << 10..=256 << 20;

/// How many entries a table may have. An entry takes 8 bytes, and each thread has its own tables.
const TABLE_ENTRIES: u32 = 1 << 18;

/// How many bytes all exceptions that a plugin has thrown may take. One takes some 700 bytes, and most are freed at once.
const EXCEPTIONS: u64 = 32 << 20;

/// How long a plugin may take to start.
const START_DEADLINE: Duration = Duration::from_secs(30);

/// How many guest threads a plugin may have for each processor of the machine, and the least whatever the machine.
const THREADS_PER_PROCESSOR: usize = 4;
const LEAST_THREADS: usize = 64;

/// What a plugin may do. A new policy allows computing and nothing else.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) mounts: Vec<Mount>,
    pub(crate) current_folder: String,
    pub(crate) max_open_files: u32,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) args: Vec<String>,
    stdin: Option<Stdin>,
    pub(crate) output_limit: usize,
    pub(crate) forward: Forward,
    pub(crate) result_limit: u32,
    pub(crate) argument_limit: u32,
    pub(crate) memory: u64,
    pub(crate) stack: usize,
    pub(crate) table_entries: u32,
    pub(crate) exceptions: u64,
    pub(crate) network: Network,
    pub(crate) threads: usize,
    pub(crate) start_deadline: Option<Duration>,
    pub(crate) call_deadline: Option<Duration>,
    #[cfg(feature = "toml")]
    config: Option<::toml::Table>,
}

impl Policy {
    /// Allows computing and nothing else.
    pub fn new() -> Self {
        Self {
            mounts: Vec::new(),
            current_folder: files::ROOT.to_owned(),
            max_open_files: files::OPEN_FILES,
            env: Vec::new(),
            args: Vec::new(),
            stdin: None,
            output_limit: OUTPUT_LIMIT,
            forward: Forward::default(),
            result_limit: RESULT_LIMIT,
            argument_limit: ARGUMENT_LIMIT,
            memory: MEMORY,
            stack: STACK,
            table_entries: TABLE_ENTRIES,
            exceptions: EXCEPTIONS,
            network: Network::new(),
            threads: default_threads(),
            start_deadline: Some(START_DEADLINE),
            call_deadline: None,
            #[cfg(feature = "toml")]
            config: None,
        }
    }

    /// Sets an environment variable, in the place of an earlier one of that name. The host's own variables are never passed
    /// on.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.env.retain(|(earlier, _)| *earlier != name);
        self.env.push((name, value.into()));
        self
    }

    /// Appends an argument. A command reads it after the program's name.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Limits how many bytes of standard output are kept until the host takes them, and how many bytes of standard
    /// error. The default is 1 MiB for each. Further output is counted and dropped.
    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output_limit = bytes;
        self
    }

    /// Limits how many bytes one call may return. The default is 1 GiB. The value that the host makes of them may take
    /// twice as much and 4 KiB, roughly counted. A plugin that returns more is dead.
    #[must_use]
    pub fn result_limit(mut self, bytes: u32) -> Self {
        self.result_limit = bytes;
        self
    }

    /// Limits how many bytes the plugin may give to one call of a host function. The default is 64 MiB. A plugin
    /// that gives more is dead. The values that the host makes of them may take twice as much and 4 KiB, roughly counted: an
    /// empty string takes 1 byte in the arguments, and 24 in the host. A call whose arguments take more fails.
    #[must_use]
    pub fn argument_limit(mut self, bytes: u32) -> Self {
        self.argument_limit = bytes;
        self
    }

    /// Limits the memory that all threads of the plugin share, in bytes. Stacks and the code's data are part of that
    /// memory. The default is 256 MiB. Whole pages of 64 KiB count. Growth past the limit fails in the plugin, like any
    /// allocation that finds no memory. An event reports it.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets how many bytes of native stack each thread of the plugin has, the main thread included. The default is 1 MiB.
    /// A number below 256 KiB counts as 256 KiB, and a number above 256 MiB as 256 MiB. Calls that are nested too deep
    /// for it end the plugin with a trap that says `stack overflow`.
    ///
    /// Compiled code keeps return addresses and registers on this stack. What has an address is on another one, in the
    /// plugin's memory. So deep recursion needs both. A thread's stack in the memory is as large as the plugin's
    /// `thread::Builder::stack_size` says. The main thread's is fixed when the plugin is linked: it is 1 MiB, unless the
    /// plugin's `build.rs` prints `cargo:rustc-link-arg=-zstack-size=16777216`, for 16 MiB.
    ///
    /// Stacks count beside [`Policy::memory`]. They are the host's memory as far as a thread has ever gone down. The
    /// engine keeps a stack for later threads, of any plugin of the process. So a thread may find a larger stack than its
    /// policy says, and never a smaller one.
    #[must_use]
    pub fn stack(mut self, bytes: usize) -> Self {
        self.stack = bytes.clamp(*STACK_RANGE.start(), *STACK_RANGE.end());
        self
    }

    /// Sets what the plugin may reach over the network. The default is nothing. Any other attempt fails with a
    /// permission error, and an event reports it.
    #[must_use]
    #[cfg(feature = "network")]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// What the plugin may reach over the network, for whoever adds to it.
    #[cfg(feature = "network")]
    pub fn allowed_network(&self) -> &Network {
        &self.network
    }

    /// Limits the entries of each table. Each thread has its own tables, and all of them together may have 16 times as
    /// many: a thread whose tables have no room doesn't start, and tables of guest threads may grow to equal parts of that.
    /// The default is 262,144. An entry takes 8 bytes of the host's memory. Growth past the limit fails in the plugin.
    #[must_use]
    pub fn table_entries(mut self, entries: u32) -> Self {
        self.table_entries = entries;
        self
    }

    /// Limits how many bytes of the host's memory the exceptions of all threads take: what the plugin's code throws, and
    /// so each panic. The default is 32 MiB. An exception takes some 700 bytes, and more where calls are nested deep. A
    /// plugin that goes past the limit is stopped.
    ///
    /// The host frees what was thrown when the call or the thread ends, and also while it runs, unless code runs that has
    /// caught an exception to throw it on. Destructors during a panic are such code. So any number of panics can be caught
    /// one after the other, but some 40,000 in one destructor that runs during a panic.
    #[must_use]
    pub fn exceptions(mut self, bytes: u64) -> Self {
        self.exceptions = bytes;
        self
    }

    /// Limits how many threads of the plugin may live at the same time. 0 allows none. A further thread fails to start,
    /// and the plugin sees an ordinary error. Threads only compute. So a new policy allows four for each processor of
    /// the machine, and 64 at least.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Limits how long the plugin may take to start: its initializer and its constructor together. The default is 30
    /// seconds. A plugin that takes longer is stopped. Compiling doesn't count.
    #[must_use]
    pub fn start_deadline(mut self, limit: Duration) -> Self {
        self.start_deadline = Some(limit);
        self
    }

    /// Limits how long each call may take. By default there is no limit. A plugin that takes longer is stopped with all
    /// its threads, within some milliseconds. [`Plugin::within`](crate::Plugin::within) sets a tighter limit.
    #[must_use]
    pub fn call_deadline(mut self, limit: Duration) -> Self {
        self.call_deadline = Some(limit);
        self
    }
}

/// Asks the operating system only once, because the answer takes some 20 system calls.
fn default_threads() -> usize {
    static THREADS: LazyLock<usize> = LazyLock::new(|| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        (THREADS_PER_PROCESSOR * processors).max(LEAST_THREADS)
    });
    *THREADS
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}
