//! The answering side: the interfaces of anything that answers calls, each as one of NATS's micro services.
//!
//! A [`Server`] is a host of the fleet. It offers what a [`Backend`] implements: with the feature `host` that is a pool of
//! plugins (`plugix_fleet::host::serve`). Nothing that comes in is believed: headers are checked, and callers if the host
//! names them; each call has a deadline; bodies have a limit.

mod answer;
mod backend;
mod callers;
mod leave;
mod micro;
mod running;
mod served;

pub use crate::connection::Blocking;
pub use backend::{Answer, Backend, Call, Outcome};
pub use served::{Replaced, Served};

use crate::client::Fleet;
use crate::error::Error;
use crate::wire::identity::Caller;
use crate::wire::subject;
use callers::Callers;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A host of a fleet: what its plugins' interfaces have in common. Clones are the same host.
#[derive(Clone)]
pub struct Server {
    pub(crate) fleet: Fleet,
    settings: Arc<Settings>,
}

/// What a host says of itself and asks of its callers.
struct Settings {
    name: String,
    callers: Callers,
    longest: Duration,
    /// Arguments that are fetched from the object store: only so many at once, since each may be large.
    fetching: Semaphore,
}

/// How many large arguments are fetched at once.
const FETCHING: usize = 4;

/// A host that is about to serve.
#[derive(Debug)]
pub struct ServerBuilder {
    fleet: Fleet,
    name: String,
    callers: Option<BTreeSet<Caller>>,
    longest: Duration,
}

impl Server {
    /// Prepares a host of this name.
    pub fn builder(fleet: &Fleet, name: impl Into<String>) -> ServerBuilder {
        let longest = Duration::from_secs(60);
        ServerBuilder { fleet: fleet.clone(), name: name.into(), callers: None, longest }
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Serves the interfaces of a plugin until the returned handle goes.
    ///
    /// # Errors
    /// [`Error::Name`] if the plugin's name can't stand in a subject, [`Error::Answer`] if what it says of its interfaces
    /// can't be read, [`Error::Transport`] if the servers can't be told.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn serve(&self, plugin: &str, backend: Arc<dyn Backend>) -> Result<Served, Error> {
        self.fleet.block_on(Served::start(self, plugin, backend))
    }
}

impl ServerBuilder {
    /// Takes calls from these callers alone. By default any program that the servers let in may call.
    ///
    /// Such callers sign their calls ([`Builder::identity`](crate::Builder::identity)). A call is refused if its signature is
    /// older than 30 seconds by this host's clock, or if it has come before.
    #[must_use]
    pub fn callers(mut self, callers: impl IntoIterator<Item = Caller>) -> Self {
        self.callers = Some(callers.into_iter().collect());
        self
    }

    /// Sets how long a call may take at most, whatever its caller says. The default is a minute.
    #[must_use]
    pub fn longest_call(mut self, limit: Duration) -> Self {
        self.longest = limit;
        self
    }

    /// Makes the host. It serves nothing yet.
    ///
    /// # Errors
    /// [`Error::Name`] if the name can't stand in a subject.
    pub fn build(self) -> Result<Server, Error> {
        subject::check("host", &self.name)?;
        let (callers, fetching) = (Callers::new(self.callers), Semaphore::new(FETCHING));
        let settings = Settings { name: self.name, callers, longest: self.longest, fetching };
        Ok(Server { fleet: self.fleet, settings: Arc::new(settings) })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.settings.name).finish_non_exhaustive()
    }
}
