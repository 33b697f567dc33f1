//! The calling side: the client that `#[interface]` makes, with a fleet behind it.
//!
//! A call goes to one host that has the interface. If that host has no instance free, or is about to leave, another one is
//! asked. If no answer comes, the call is sent again only if its method is `#[repeatable]`: the first host may have run it.

mod attempt;
mod body;
mod bound;
mod dynamic;
mod forms;
mod probe;
mod retry;
mod services;

pub use bound::FleetBound;
pub(crate) use probe::{END, RUNS};
pub use services::Service;

use crate::connection::{Builder, Connection};
use crate::error::Error;
use crate::objects::Objects;
use bound::Binding;
use plugix_abi::interface::Contract;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A connection to the servers of a fleet. Clones are cheap, and all clones are one connection.
#[derive(Clone, Debug)]
pub struct Fleet {
    pub(crate) shared: Arc<Shared>,
    deadline: Duration,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) objects: Objects,
    // Its threads end last.
    pub(crate) connection: Connection,
}

/// How clients that are about to be bound call: which plugin, for how long, and who may end them.
///
/// ```no_run
/// # #[plugix_abi::interface(version = "1.0")]
/// # pub trait WordCount {
/// #     fn count(&self, text: &str) -> u32;
/// # }
/// # fn main() -> Result<(), plugix_fleet::Error> {
/// # let fleet = plugix_fleet::Fleet::connect("nats://127.0.0.1:4222")?;
/// use std::time::Duration;
///
/// let words = fleet.calls().plugin("word-count").deadline(Duration::from_secs(2)).bind::<dyn WordCount>()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Calls {
    fleet: Fleet,
    plugin: Option<String>,
    deadline: Duration,
    cancel: CancellationToken,
    trace: Option<Trace>,
}

/// Says what the trace of a call is.
pub(crate) type Trace = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Ends calls from another thread.
#[derive(Clone, Debug)]
pub struct CancelHandle(CancellationToken);

impl Fleet {
    /// Connects to the servers at these addresses, which commas separate.
    ///
    /// # Errors
    /// [`Error::Connect`] with what keeps the program from the servers.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn connect(servers: &str) -> Result<Self, Error> {
        Self::builder(servers).connect()
    }

    /// Prepares a connection to the servers at these addresses, which commas separate.
    pub fn builder(servers: &str) -> Builder {
        Builder::new(servers)
    }

    pub(crate) fn new(connection: Connection, deadline: Duration) -> Self {
        let objects = Objects::new(connection.client());
        Self { shared: Arc::new(Shared { objects, connection }), deadline }
    }

    /// Finds the hosts of an interface, and makes a client for it. Its calls go to any plugin that has the interface.
    ///
    /// A call blocks its thread. [`Fleet::run`] is for asynchronous callers.
    ///
    /// # Errors
    /// [`Error::NobodyServes`] if there is no such host, [`Error::Interface`] if the interface has a form there that doesn't
    /// fit.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<FleetBound>, Error> {
        self.calls().bind::<I>()
    }

    /// Says more of the calls, before a client is bound.
    pub fn calls(&self) -> Calls {
        let (fleet, deadline) = (self.clone(), self.deadline);
        Calls { fleet, plugin: None, deadline, cancel: CancellationToken::new(), trace: None }
    }

    /// Runs calls on a thread that may block. Dropping the future ends them: the call that runs is cancelled, also at its
    /// host.
    ///
    /// # Errors
    /// The errors of `calls`.
    pub async fn run<T, E>(&self, calls: impl FnOnce(&Calls) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let ours = self.calls();
        let _guard = ours.cancel.clone().drop_guard();
        let running = self.shared.connection.handle().spawn_blocking(move || calls(&ours));
        running.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

impl Calls {
    /// Calls the plugin of this name alone, and not any that has the interface.
    #[must_use]
    pub fn plugin(mut self, name: impl Into<String>) -> Self {
        self.plugin = Some(name.into());
        self
    }

    /// Sets how long a call may take, with all attempts. The host ends a call that takes longer.
    #[must_use]
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// Sets what gives each call its trace, as W3C's `traceparent` has it. The plugin's own spans belong to that trace.
    #[must_use]
    pub fn trace_parent(mut self, trace: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.trace = Some(Arc::new(trace));
        self
    }

    /// A handle that ends the calls of all clients that are bound from here, now and later.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.cancel.clone())
    }

    /// Does the same as [`Fleet::bind`].
    ///
    /// # Errors
    /// The errors of [`Fleet::bind`].
    ///
    /// # Panics
    /// As [`Fleet::bind`] does.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<FleetBound>, Error> {
        I::bind(&Binding(self))
    }
}

impl CancelHandle {
    /// Ends the calls that run. Later ones fail at once.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("plugin", &self.plugin).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
